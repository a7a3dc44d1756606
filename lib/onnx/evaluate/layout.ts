import { type NumericTensor, sizeOf } from '../../tensor/tensor.js';
import { attr } from '../attributes.js';
import {
  axisFrom,
  broadcastDims,
  broadcastWalker,
  type Evaluation,
  type Evaluations,
  integers,
  isNumericTensor,
  stridesOf,
  walker,
} from './element.js';

/** The same elements under other dimensions. */
function withDims(x: NumericTensor, dims: readonly number[]): NumericTensor | null {
  return sizeOf(dims) === sizeOf(x.dims) ? { ...x, dims } : null;
}

const reshape: Evaluation = (node, [x, sizes]) => {
  const wanted = integers(sizes);
  if (!isNumericTensor(x) || wanted === undefined) return null;
  const keepsZero = attr.int(node, 'allowzero', 0) === 1;
  const dims = wanted.map((size, axis) => (size === 0 && !keepsZero ? (x.dims[axis] ?? 0) : size));
  const rest = dims.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  return withDims(
    x,
    dims.map((size) => (size === -1 ? sizeOf(x.dims) / rest : size)),
  );
};

const squeeze: Evaluation = (_, [x, axes]) => {
  if (!isNumericTensor(x)) return null;
  const gone = integers(axes)?.map((axis) => axisFrom(axis, x.dims.length));
  return withDims(
    x,
    x.dims.filter((size, axis) => (gone === undefined ? size !== 1 : !gone.includes(axis))),
  );
};

const unsqueeze: Evaluation = (_, [x, axes]) => {
  const given = integers(axes);
  if (!isNumericTensor(x) || given === undefined) return null;
  const rank = x.dims.length + given.length;
  const added = given.map((axis) => axisFrom(axis, rank));
  const rest = [...x.dims];
  return withDims(
    x,
    Array.from({ length: rank }, (__, axis) => (added.includes(axis) ? 1 : (rest.shift() ?? 0))),
  );
};

const transpose: Evaluation = (node, [x]) => {
  if (!isNumericTensor(x)) return null;
  const backwards = x.dims.map((_, axis) => x.dims.length - 1 - axis);
  const perm = attr.ints(node, 'perm', backwards);
  const strides = stridesOf(x.dims);
  const dims = perm.map((axis) => x.dims[axis] ?? 0);
  const source = walker(
    dims,
    perm.map((axis) => strides[axis] ?? 0),
  );
  return { dtype: x.dtype, dims, element: (i) => x.data[source(i)]! };
};

const expand: Evaluation = (_, [x, sizes]) => {
  const wanted = integers(sizes);
  const dims = isNumericTensor(x) && wanted !== undefined ? broadcastDims(x.dims, wanted) : null;
  if (!isNumericTensor(x) || dims === null) return null;
  const source = broadcastWalker(x.dims, dims);
  return { dtype: x.dtype, dims, element: (i) => x.data[source(i)]! };
};

const concat: Evaluation = (node, inputs) => {
  const parts = inputs.filter(isNumericTensor);
  const [first] = parts;
  if (first === undefined || parts.length !== inputs.length) return null;
  const axis = axisFrom(attr.int(node, 'axis'), first.dims.length);
  if (axis < 0 || parts.some(({ dtype, dims }) => dtype !== first.dtype || dims.length !== first.dims.length))
    return null;
  const total = parts.reduce((sum, { dims }) => sum + dims[axis]!, 0);
  const behind = sizeOf(first.dims.slice(axis + 1));
  const dims = first.dims.map((size, i) => (i === axis ? total : size));
  // Which part each place along the axis belongs to, and where that part begins.
  const lengths = parts.map(({ dims: own }) => own[axis]! * behind);
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  const element = (i: number) => {
    const row = Math.floor(i / (total * behind));
    const at = i % (total * behind);
    const part = lastAtMost(starts, at);
    return parts[part]!.data[row * lengths[part]! + at - starts[part]!]!;
  };
  return { dtype: first.dtype, dims, element };
};

/** Where in a sorted list the last number stands that is no greater; of equal ones the last. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}

const gather: Evaluation = (node, [x, indices]) => {
  if (!isNumericTensor(x) || (indices?.dtype !== 'int64' && indices?.dtype !== 'int32')) return null;
  const picked = indices.data;
  const axis = axisFrom(attr.int(node, 'axis', 0), x.dims.length);
  const size = x.dims[axis];
  if (size === undefined) return null;
  const isInside = (index: number | bigint) => axisFrom(Number(index), size) >= 0;
  const isDefined = () => picked.every(isInside);
  const behind = sizeOf(x.dims.slice(axis + 1));
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  const element = (i: number) => {
    const index = axisFrom(Number(picked[Math.floor(i / behind) % picked.length]!), size);
    const before = Math.floor(i / (behind * picked.length));
    return x.data[(before * size + index) * behind + (i % behind)]!;
  };
  return { dtype: x.dtype, dims, element, isDefined };
};

const slice: Evaluation = (_, [x, starts, ends, axes, steps]) => {
  const [from, to] = [integers(starts), integers(ends)];
  if (!isNumericTensor(x) || from === undefined || to === undefined) return null;
  const along = integers(axes) ?? from.map((__, axis) => axis);
  const by = integers(steps) ?? from.map(() => 1);
  const strides = stridesOf(x.dims);
  const [dims, stepsThere] = [[...x.dims], [...strides]];
  let begin = 0;
  for (const [i, given] of along.entries()) {
    const axis = axisFrom(given, x.dims.length);
    const size = x.dims[axis];
    const step = by[i];
    if (size === undefined || !step) return null;
    const range = stretch(size, from[i] ?? 0, to[i] ?? 0, step);
    dims[axis] = range.length;
    begin += range.first * strides[axis]!;
    stepsThere[axis] = step * strides[axis]!;
  }
  const source = walker(dims, stepsThere, begin);
  return { dtype: x.dtype, dims, element: (i) => x.data[source(i)]! };
};

/** What `start:end:step` takes of an axis. */
function stretch(size: number, start: number, end: number, step: number): { first: number; length: number } {
  const clamp = (at: number, low: number, high: number) =>
    Math.max(low, Math.min(high, at < 0 ? at + size : at));
  const first = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const last = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return { first, length: Math.max(0, Math.ceil((last - first) / step)) };
}

export const layout: Evaluations = {
  Identity: (_, [x]) => x ?? null,
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Concat: concat,
  Gather: gather,
  Slice: slice,
};
