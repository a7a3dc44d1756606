import type { Shape } from '../../onnx/graph/graph.js';
import type { Sum } from './spread.js';

/** The position of an axis after a reshape; `null` if it is unknown. */
export function axisAfterReshape(before: Shape | null, after: Shape | null, axis: number): number | null {
  if (before === null || after === null) return null;
  const size = before[axis];
  const [front, wanted] = [before.slice(0, axis), extent(before.slice(0, axis))];
  if (front.length <= after.length && after[axis] === size && front.every((dim, i) => dim === after[i]))
    return axis;
  const found = after.findIndex((dim, i) => dim === size && extent(after.slice(0, i)) === wanted);
  return found === -1 ? null : found;
}

/** The number of elements of some axes, as text: a number times symbols. */
function extent(shape: Shape): string {
  const symbols = shape.filter((dim) => typeof dim === 'string').sort();
  const known = shape.reduce<number>(
    (product, dim) => (typeof dim === 'number' ? product * dim : product),
    1,
  );
  return [known, ...symbols].join('·');
}

/** The sum after a reduction over some axes, which are removed, or kept with size 1. */
export function sumWithout(sum: Sum | null, axes: readonly number[], keep: boolean): Sum | null {
  const axis = sum?.axis ?? null;
  if (sum === null || axis === null || axes.includes(axis)) return null;
  return keep ? sum : { ...sum, axis: axis - axes.filter((gone) => gone < axis).length };
}

/** The sum if its own axis kept its size and the rank is the same; else `null`. */
export function sumIfKept(sum: Sum | null, before: Shape | null, after: Shape | null): Sum | null {
  const axis = sum?.axis ?? null;
  if (axis === null || before === null || after === null) return null;
  return before.length === after.length && before[axis] === after[axis] ? sum : null;
}

/** The sum with its axis, if known, mapped to its new position. */
export function sumAlong(sum: Sum | null, axisNow: (axis: number) => number | null): Sum | null {
  const axis = sum?.axis ?? null;
  return sum === null || axis === null ? sum : { ...sum, axis: axisNow(axis) };
}
