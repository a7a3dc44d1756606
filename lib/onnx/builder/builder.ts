import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { DType } from '../../tensor/dtype.js';
import { numberToHalf, type Tensor, tensor } from '../../tensor/tensor.js';
import { fromFront } from '../graph/axis.js';
import type { Dim, Graph } from '../graph/graph.js';
import { GraphBuilder, type Value } from './graph-builder.js';

/** A value, or a number that takes the element type of the other operand. */
export type Operand = Value | number;
/** Sizes along some axes: an int64 vector, or numbers and one-element vectors that are joined into one. */
export type Sizes = Value | readonly (number | Value)[];

const codes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;
type CastTarget = keyof typeof codes;

/**
 * The operations with which models, losses and gradient rules are written: NumPy's names on top of the graph builder,
 * at operator set 17. They use only operators that every provider has, and no scatter.
 */
export class Builder extends GraphBuilder {
  readonly #scalars = new Map<string, Value>();

  static override from(graph: Graph): Builder {
    check('Builder.from', { graph: [graph, kind.graph] });
    const builder = new Builder();
    builder.load(graph);
    return builder;
  }

  // Arithmetic, element by element, broadcasting as NumPy does.
  add = (a: Operand, b: Operand) => this.#binary('Add', a, b);
  sub = (a: Operand, b: Operand) => this.#binary('Sub', a, b);
  mul = (a: Operand, b: Operand) => this.#binary('Mul', a, b);
  div = (a: Operand, b: Operand) => this.#binary('Div', a, b);
  pow = (a: Operand, b: Operand) => this.#binary('Pow', a, b);
  minimum = (a: Operand, b: Operand) => this.#binary('Min', a, b);
  maximum = (a: Operand, b: Operand) => this.#binary('Max', a, b);
  equal = (a: Operand, b: Operand) => this.#binary('Equal', a, b);
  greater = (a: Operand, b: Operand) => this.#binary('Greater', a, b);
  greaterOrEqual = (a: Operand, b: Operand) => this.#binary('GreaterOrEqual', a, b);
  less = (a: Operand, b: Operand) => this.#binary('Less', a, b);
  lessOrEqual = (a: Operand, b: Operand) => this.#binary('LessOrEqual', a, b);
  and = (a: Value, b: Value) => this.op('And', [a, b]);
  or = (a: Value, b: Value) => this.op('Or', [a, b]);
  not = (a: Value) => this.op('Not', [a]);
  neg = (x: Value) => this.op('Neg', [x]);
  abs = (x: Value) => this.op('Abs', [x]);
  sign = (x: Value) => this.op('Sign', [x]);
  sqrt = (x: Value) => this.op('Sqrt', [x]);
  square = (x: Value) => this.op('Mul', [x, x]);
  reciprocal = (x: Value) => this.op('Reciprocal', [x]);
  exp = (x: Value) => this.op('Exp', [x]);
  log = (x: Value) => this.op('Log', [x]);
  sin = (x: Value) => this.op('Sin', [x]);
  cos = (x: Value) => this.op('Cos', [x]);
  tanh = (x: Value) => this.op('Tanh', [x]);
  sigmoid = (x: Value) => this.op('Sigmoid', [x]);
  relu = (x: Value) => this.op('Relu', [x]);

  /** `a` where the condition holds, `b` elsewhere; one of the two may be a number. */
  where(condition: Value, a: Operand, b: Operand): Value {
    const dtype = dtypeOf(typeof a === 'number' ? b : a);
    return this.op('Where', [condition, this.#operand(a, dtype), this.#operand(b, dtype)]);
  }

  cast(x: Value, to: DType): Value {
    if (x.type?.dtype === to) return x;
    if (!isCastTarget(to)) throw new OneirosError('unsupported', `cast does not support ${to}`);
    return this.op('Cast', [x], { to: codes[to] });
  }

  castLike(x: Value, like: Value): Value {
    return this.cast(x, dtypeOf(like));
  }

  // Reductions. Without axes: over all of them. Axes stay, with size 1, unless `keep` is false.
  sum(x: Value, axes?: readonly number[], keep = true): Value {
    return this.op('ReduceSum', [x, axes && this.sizes(axes)], { keepdims: keep ? 1 : 0 });
  }
  mean(x: Value, axes?: readonly number[], keep = true): Value {
    return this.op('ReduceMean', [x], { axes, keepdims: keep ? 1 : 0 });
  }
  max(x: Value, axes?: readonly number[], keep = true): Value {
    return this.op('ReduceMax', [x], { axes, keepdims: keep ? 1 : 0 });
  }

  // Layout.
  matmul = (a: Value, b: Value) => this.op('MatMul', [a, b]);

  transpose(x: Value, perm: readonly number[]): Value {
    return perm.every((axis, i) => axis === i) ? x : this.op('Transpose', [x], { perm });
  }

  /** Exchanges the last two axes: a matrix's transpose. */
  swap(x: Value): Value {
    const rank = rankOf(x);
    const axes = Array.from({ length: rank }, (_, i) => i);
    return this.transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
  }

  /** Like `Reshape`: one size may be -1, for the rest; 0 copies the input's size. */
  reshape(x: Value, sizes: Sizes): Value {
    return this.op('Reshape', [x, this.join(sizes)]);
  }
  expand(x: Value, sizes: Sizes): Value {
    return this.op('Expand', [x, this.join(sizes)]);
  }
  unsqueeze(x: Value, axes: readonly number[]): Value {
    return this.op('Unsqueeze', [x, this.sizes(axes)]);
  }
  squeeze(x: Value, axes: readonly number[]): Value {
    return this.op('Squeeze', [x, this.sizes(axes)]);
  }
  concat(parts: readonly Value[], axis: number): Value {
    const [only, ...others] = parts;
    return only !== undefined && others.length === 0 ? only : this.op('Concat', parts, { axis });
  }
  split(x: Value, sizes: Sizes, axis: number, count: number): readonly Value[] {
    return this.ops('Split', [x, this.join(sizes)], count, { axis });
  }
  /** Like `x[start:end:step]` along each of the axes; an end of `Infinity` is the end of the axis. */
  slice(x: Value, axes: readonly number[], starts: Sizes, ends: Sizes, steps?: readonly number[]): Value {
    return this.op('Slice', [
      x,
      this.join(starts),
      this.join(ends),
      this.sizes(axes),
      steps && this.sizes(steps),
    ]);
  }
  /** Pads with zeros (or `value`): `pads` lists the amounts before every axis, then those after every axis. */
  pad(x: Value, pads: Sizes, value = 0): Value {
    const amount = this.join(pads);
    if (amount.content?.every((pad) => pad === 0)) return x;
    return this.op('Pad', [x, amount, value === 0 ? undefined : this.scalar(value, dtypeOf(x))]);
  }
  gather(x: Value, indices: Value, axis: number): Value {
    return this.op('Gather', [x, indices], { axis });
  }

  // Sizes, known or not: known ones become constants at once.
  /** All sizes of `x`, an int64 vector. */
  shape(x: Value): Value {
    const sizes = x.type?.shape;
    return sizes?.every(isNumber) ? this.sizes(sizes) : this.op('Shape', [x]);
  }
  /** The size along one axis, an int64 vector of one element. */
  dim(x: Value, axis: number): Value {
    const size = x.type?.shape?.at(axis);
    const from = fromFront(axis, () => rankOf(x));
    return typeof size === 'number'
      ? this.sizes([size])
      : this.op('Shape', [x], { start: from, end: from + 1 });
  }
  /** How many elements `x` has along some axes (by default all), an int64 vector of one element. */
  elements(x: Value, axes: readonly number[] = shapeOf(x).map((_, axis) => axis)): Value {
    const sizes = axes.map((axis) => this.dim(x, axis));
    return sizes.reduce((product, size) => this.mul(product, size), this.sizes([1]));
  }
  /** 0, 1 … size − 1 as an int64 vector, for a size as `dim` gives it. */
  range(size: Value): Value {
    return this.op('Range', [this.scalar(0, 'int64'), this.squeeze(size, [0]), this.scalar(1, 'int64')]);
  }
  /** The product of the sizes of the axes from `start` up to, but not including, `end`. */
  sizeOfAxes(x: Value, start: number, end: number): Value {
    return this.elements(
      x,
      Array.from({ length: end - start }, (_, i) => start + i),
    );
  }
  /** An int64 vector from numbers and one-element vectors. */
  join(sizes: Sizes): Value {
    if ('name' in sizes) return sizes;
    const parts: Value[] = [];
    let known: number[] = [];
    const flush = () => {
      if (known.length > 0) parts.push(this.sizes(known));
      known = [];
    };
    for (const size of sizes) {
      const numbers = typeof size === 'number' ? [size] : size.content;
      if (numbers?.every(isNumber)) known.push(...numbers.map(saturate));
      else if (typeof size !== 'number') {
        flush();
        parts.push(size);
      }
    }
    flush();
    return parts.length === 0 ? this.sizes([]) : this.concat(parts, 0);
  }

  // Constants.
  /** A constant of rank 0. */
  scalar(value: number, dtype: DType): Value {
    const key = `${dtype} ${value}`;
    const made = this.#scalars.get(key);
    if (made !== undefined) return made;
    const scalar = this.constant(scalarTensor(value, dtype), this.fresh('scalar'));
    this.#scalars.set(key, scalar);
    return scalar;
  }
  /** A tensor of `x`'s shape and element type, filled with one value. */
  fillLike(x: Value, value: number): Value {
    return this.expand(this.scalar(value, dtypeOf(x)), this.shape(x));
  }

  #operand(x: Operand, dtype: DType): Value {
    return typeof x === 'number' ? this.scalar(x, dtype) : x;
  }

  #binary(op: string, a: Operand, b: Operand): Value {
    const dtype = dtypeOf(typeof a === 'number' ? b : a);
    return this.op(op, [this.#operand(a, dtype), this.#operand(b, dtype)]);
  }
}

/**
 * How many axes a value has.
 * @throws OneirosError `unsupported` if inference cannot tell
 */
export function rankOf(x: Value): number {
  return shapeOf(x).length;
}

/**
 * The sizes of a value, as far as they are known.
 * @throws OneirosError `unsupported` if not even the rank is known
 */
export function shapeOf(x: Value): readonly Dim[] {
  check('shapeOf', { x: [x, kind.value] });
  const shape = x.type?.shape;
  if (shape === undefined || shape === null)
    throw new OneirosError(
      'unsupported',
      `the number of axes of "${x.name}" cannot be inferred from the graph${because(x) || "; declare the shapes of the model's inputs"}`,
    );
  return shape;
}

/**
 * The element type of a value.
 * @throws OneirosError `bad-argument` for a number; `unsupported` if inference cannot tell
 */
export function dtypeOf(x: Operand): DType {
  check('dtypeOf', { x: [x, kind.operand] });
  if (typeof x === 'number')
    throw new OneirosError('bad-argument', 'a number has no element type; pass a value of the graph');
  if (x.type === null)
    throw new OneirosError(
      'unsupported',
      `the element type of "${x.name}" cannot be inferred from the graph${because(x)}`,
    );
  return x.type.dtype;
}

/** Why nothing is known about a value, to end a message with. */
export function because({ unknownFrom }: Value): string {
  return unknownFrom === undefined ? '' : `: ${unknownFrom}`;
}

function scalarTensor(value: number, dtype: DType): Tensor {
  if ((dtype === 'int32' || dtype === 'int64') && !Number.isSafeInteger(value))
    throw new OneirosError('unsupported', `a computation with ${value} needs floating point, not ${dtype}`);
  switch (dtype) {
    case 'float32':
      return tensor(dtype, Float32Array.of(value), []);
    case 'float64':
      return tensor(dtype, Float64Array.of(value), []);
    case 'float16':
      return tensor(dtype, Uint16Array.of(numberToHalf(value)), []);
    case 'int32':
      return tensor(dtype, Int32Array.of(value), []);
    case 'int64':
      return tensor(dtype, BigInt64Array.of(BigInt(value)), []);
    case 'bool':
      return tensor(dtype, Uint8Array.of(value), []);
    default:
      throw new OneirosError('unsupported', `there are no ${dtype} scalars; pass a tensor to constant`);
  }
}

function isCastTarget(dtype: DType): dtype is CastTarget {
  return Object.hasOwn(codes, dtype);
}

function isNumber(size: Dim): size is number {
  return typeof size === 'number';
}

/** ±Infinity as the farthest index that every provider's int64 arithmetic supports. */
function saturate(size: number): number {
  return Math.max(-(2 ** 31 - 1), Math.min(2 ** 31 - 1, size));
}
