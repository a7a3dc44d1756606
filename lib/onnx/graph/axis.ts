/**
 * An axis counted from the front. ONNX counts negative ones from the back.
 * @param rank the number of axes; a function if an axis from the front does not need it, since it may be unknown
 */
export function fromFront(axis: number, rank: number | (() => number)): number {
  if (axis >= 0) return axis;
  return axis + (typeof rank === 'number' ? rank : rank());
}
