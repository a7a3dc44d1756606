import {
  axisFrom,
  type Evaluation,
  type Evaluations,
  integers,
  isNumericTensor,
  stridesOf,
} from './element.js';

const slice: Evaluation = (_, [x, starts, ends, axes, steps]) => {
  const [from, to] = [integers(starts), integers(ends)];
  if (!isNumericTensor(x) || from === undefined || to === undefined) return null;
  const along = integers(axes) ?? from.map((__, axis) => axis);
  const by = integers(steps) ?? from.map(() => 1);
  const strides = stridesOf(x.dims);
  const [dims, distances] = [[...x.dims], [...strides]];
  let start = 0;
  for (const [i, given] of along.entries()) {
    const axis = axisFrom(given, x.dims.length);
    const size = x.dims[axis];
    const step = by[i];
    if (size === undefined || !step) return null;
    const range = stretch(size, from[i] ?? 0, to[i] ?? 0, step);
    dims[axis] = range.length;
    start += range.first * strides[axis]!;
    distances[axis] = step * strides[axis]!;
  }
  return { from: x, dims, steps: distances, start };
};

/** The first index and the number of elements that `start:end:step` selects. */
function stretch(size: number, start: number, end: number, step: number): { first: number; length: number } {
  const clamp = (at: number, low: number, high: number) =>
    Math.max(low, Math.min(high, at < 0 ? at + size : at));
  const first = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const last = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return { first, length: Math.max(0, Math.ceil((last - first) / step)) };
}

export const slicing: Evaluations = {
  Slice: slice,
};
