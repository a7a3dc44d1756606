import { round } from '../../svg/text.js';

/** A value of what is raised or lowered, and the part of the work that it belongs to: an octave, a size. */
export interface CurvePoint {
  readonly value: number;
  readonly part: number;
}

/** A curve as paths of an SVG of the size given. */
export interface Curve {
  /** One a part: parts are not joined, since values of different sizes do not compare. */
  readonly lines: readonly string[];
  /** Where parts begin, from the second on, as x. */
  readonly bounds: readonly number[];
  /** The last value, as a place; `null` while there is none. */
  readonly tip: { readonly x: number; readonly y: number } | null;
}

/** Within the edges, so that a line of some thickness is not cut. */
const margin = 4;

/**
 * A curve that fills its height whatever its values are, each part between its own lowest and highest.
 * @param total how many points there are going to be
 */
export function curveOf(points: readonly CurvePoint[], total: number, width: number, height: number): Curve {
  const x = (i: number) => (total <= 1 ? width / 2 : margin + (i / (total - 1)) * (width - 2 * margin));
  const lines: string[] = [];
  const bounds: number[] = [];
  let tip: Curve['tip'] = null;
  for (let start = 0; start < points.length;) {
    const end = partEnd(points, start);
    const y = heights(points.slice(start, end), height);
    const places = y.map((value, i) => ({ x: round(x(start + i), 1), y: round(value, 1) }));
    lines.push(places.map((place, i) => `${i === 0 ? 'M' : 'L'}${place.x} ${place.y}`).join(''));
    if (start > 0) bounds.push(round(x(start - 0.5), 1));
    tip = places.at(-1) ?? tip;
    start = end;
  }
  return { lines, bounds, tip };
}

function partEnd(points: readonly CurvePoint[], start: number): number {
  const end = points.findIndex(({ part }, i) => i > start && part !== points[start]?.part);
  return end === -1 ? points.length : end;
}

/** Downwards, as in pictures. A value that is no number is as low as the lowest. */
function heights(points: readonly CurvePoint[], height: number): readonly number[] {
  const finite = points.map(({ value }) => value).filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  return points.map(({ value }) => {
    const share = span > 0 && Number.isFinite(value) ? (value - low) / span : span > 0 ? 0 : 0.5;
    return height - margin - share * (height - 2 * margin);
  });
}
