import type { Tensor } from '../../tensor/tensor.js';
import { int64, sizeOf, tensor } from '../../tensor/tensor.js';
import { attr } from '../attributes.js';
import type { Node } from '../graph.js';
import {
  axisFrom,
  type Element,
  type Evaluation,
  type Evaluations,
  integers,
  isComputable,
  isNumericTensor,
  stridesOf,
  walker,
} from './element.js';

const constantOfShape: Evaluation = (node, [sizes]) => {
  const dims = integers(sizes);
  const value = attr.has(node, 'value') ? attr.tensor(node, 'value') : undefined;
  if (dims === undefined || (value !== undefined && !isNumericTensor(value))) return null;
  return { dtype: value?.dtype ?? 'float32', dims, element: () => value?.data[0] ?? 0 };
};

const range: Evaluation = (_, [start, limit, delta]) => {
  const dtype = start?.dtype;
  if (dtype !== 'int64' && dtype !== 'int32') return null;
  const [[first], [end], [step]] = [integers(start) ?? [], integers(limit) ?? [], integers(delta) ?? []];
  if (first === undefined || end === undefined || !step) return null;
  const length = Math.max(0, Math.ceil((end - first) / step));
  return { dtype, dims: [length], element: (i) => first + i * step };
};

const shape: Evaluation = (node, [x]) =>
  x === undefined
    ? null
    : int64(x.dims.slice(attr.int(node, 'start', 0), attr.int(node, 'end', x.dims.length)));

/** Sums and products of integers: of floats the order of additions would matter. */
function reduction(initial: bigint, f: (a: bigint, b: bigint) => bigint, axesOf: AxesOf): Evaluation {
  return (node, [x, second]) => {
    if (!isComputable(x) || (x.dtype !== 'int64' && x.dtype !== 'int32')) return null;
    const axes = axesOf(node, second)?.map((axis) => axisFrom(axis, x.dims.length));
    if (axes?.length === 0 && attr.int(node, 'noop_with_empty_axes', 0) === 1) return x;
    const isReduced = (axis: number) => axes === undefined || axes.length === 0 || axes.includes(axis);
    const kept = x.dims.map((size, axis) => (isReduced(axis) ? 1 : size));
    const gone = x.dims.map((size, axis) => (isReduced(axis) ? size : 1));
    const [start, within] = [walker(kept, stridesOf(x.dims)), walker(gone, stridesOf(x.dims))];
    const reads = sizeOf(gone);
    const element = (i: number): Element => {
      let result = initial;
      for (let j = 0; j < reads; j++) result = f(result, BigInt(x.data[start(i) + within(j)]!));
      return BigInt.asIntN(64, result);
    };
    const dims = attr.int(node, 'keepdims', 1) === 1 ? kept : kept.filter((_, axis) => !isReduced(axis));
    return { dtype: x.dtype, dims, element, reads };
  };
}

type AxesOf = (node: Node, input: Tensor | undefined) => readonly number[] | undefined;
const byAttribute: AxesOf = (node) => (attr.has(node, 'axes') ? attr.ints(node, 'axes') : undefined);
const byInput: AxesOf = (_, input) => integers(input);

/** A Constant node's value. */
const constant: Evaluation = (node) => {
  const [[name, attribute] = []] = node.attributes;
  if (attribute === undefined || name === undefined) return null;
  switch (attribute.type) {
    case 'tensor':
      return attribute.value.dtype === 'opaque' ? null : attribute.value;
    case 'int':
      return tensor('int64', BigInt64Array.of(attribute.value), []);
    case 'ints':
      return int64(attribute.value);
    case 'float':
      return tensor('float32', Float32Array.of(attribute.value), []);
    case 'floats':
      return tensor('float32', Float32Array.from(attribute.value), [attribute.value.length]);
    case 'string':
      return tensor('string', [attribute.value], []);
    case 'strings':
      return tensor('string', attribute.value, [attribute.value.length]);
    default:
      return null;
  }
};

export const creation: Evaluations = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  Shape: shape,
  Size: (_, [x]) => (x === undefined ? null : int64([sizeOf(x.dims)], [])),
  ReduceProd: reduction(1n, (a, b) => a * b, byAttribute),
  ReduceSum: reduction(0n, (a, b) => a + b, byInput),
};
