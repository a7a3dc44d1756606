import type { NumericDType } from '../../tensor/dtype.js';
import { type NumericTensor, sizeOf, type Tensor, zeros } from '../../tensor/tensor.js';
import { fromFront } from '../graph/axis.js';
import { maxRank } from '../graph/budget.js';
import type { Node } from '../graph/graph.js';
import type { Copy } from './copy.js';

/**
 * Evaluates a node on constants: returns the result, or a plan to compute or to copy it; `null` if this operator, its attributes
 * or its element types are not supported here. 64-bit integers are exact and wrap around.
 */
export type Evaluation = (node: Node, inputs: readonly (Tensor | undefined)[]) => Tensor | Plan | Copy | null;
export type Evaluations = Readonly<Record<string, Evaluation>>;

/** An element in computations: 64-bit integers are bigints. */
export type Element = number | bigint;

/** A tensor whose elements are still to be computed one by one, so that its size can be checked first. */
export interface Plan {
  readonly dtype: NumericDType;
  readonly dims: readonly number[];
  readonly element: (index: number) => Element;
  /** How many elements of the inputs are read for each element. @default 1 */
  readonly reads?: number;
  /** Called before the first element: whether the elements of the inputs allow a result. */
  readonly isDefined?: () => boolean;
}

/** The tensor of a plan, `null` if it is not defined; each element is rounded or wrapped to the element type. */
export function make({ dtype, dims, element, isDefined = () => true }: Plan): NumericTensor | null {
  const n = sizeOf(dims);
  if (n > 0 && !isDefined()) return null;
  const made = zeros(dtype, dims);
  if (made.dtype === 'int64' || made.dtype === 'uint64')
    for (let i = 0; i < n; i++) made.data[i] = BigInt(element(i));
  else for (let i = 0; i < n; i++) made.data[i] = Number(element(i));
  return made;
}

/** Whether elements are stored as numbers that arithmetic can use directly. */
export function isComputable(value: Tensor | undefined): value is NumericTensor {
  return (
    value !== undefined && value.dtype !== 'string' && value.dtype !== 'float16' && value.dtype !== 'bfloat16'
  );
}

export function isNumericTensor(value: Tensor | undefined): value is NumericTensor {
  return value !== undefined && value.dtype !== 'string';
}

/** A small integer tensor (axes, sizes) as numbers; `undefined` for other tensors. */
export function integers(value: Tensor | undefined): readonly number[] | undefined {
  if (value === undefined || (value.dtype !== 'int64' && value.dtype !== 'int32')) return undefined;
  if (value.data.length > maxRank) return undefined;
  return Array.from<number | bigint, number>(value.data, Number);
}

/** The distance, in elements, between neighbors along each axis. */
export function stridesOf(dims: readonly number[]): readonly number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/** Maps positions in a tensor of `dims` to positions in another tensor, given the steps there along each axis. */
export function walker(dims: readonly number[], steps: readonly number[]): (index: number) => number {
  const strides = stridesOf(dims);
  return (index) => {
    let at = 0;
    for (let axis = 0; axis < dims.length; axis++)
      at += (Math.floor(index / strides[axis]!) % dims[axis]!) * steps[axis]!;
    return at;
  };
}

/** The shape that two shapes broadcast to, as in NumPy, or `null` if they do not fit. */
export function broadcastDims(a: readonly number[], b: readonly number[]): readonly number[] | null {
  const rank = Math.max(a.length, b.length);
  const dims: number[] = [];
  for (let i = 0; i < rank; i++) {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (m !== n && m !== 1 && n !== 1) return null;
    dims.push(m === 1 ? n : m);
  }
  return dims;
}

/** The distance, in elements of an operand, between neighbors along each axis of the broadcast result. */
export function broadcastSteps(dims: readonly number[], result: readonly number[]): readonly number[] {
  const strides = stridesOf(dims);
  const missing = result.length - dims.length;
  return result.map((_, i) => (i < missing || dims[i - missing] === 1 ? 0 : strides[i - missing]!));
}

/** For each position of the broadcast result the position in the operand. */
export function broadcastWalker(
  dims: readonly number[],
  result: readonly number[],
): (index: number) => number {
  return walker(result, broadcastSteps(dims, result));
}

/** An axis counted from the front, or -1 if there is no such axis. */
export function axisFrom(axis: number, rank: number): number {
  const at = fromFront(axis, rank);
  return at >= 0 && at < rank ? at : -1;
}
