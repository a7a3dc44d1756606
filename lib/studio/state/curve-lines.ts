import { round } from '../../svg/text.js';

/** A value of the objective or the loss, and the part of the work (octave or size) that it belongs to. */
export interface CurvePoint {
  readonly value: number;
  readonly part: number;
}

/** A curve as paths of an SVG of a given size. */
export interface Curve {
  /** One per part: parts are not joined, because values at different sizes are not comparable. */
  readonly lines: readonly string[];
  /** The x at which each part begins, from the second part on. */
  readonly bounds: readonly number[];
  /** The position of the last value; `null` if there is none. */
  readonly tip: { readonly x: number; readonly y: number } | null;
}

/** Space at the edges, so that thick lines are not cut off. */
const margin = 4;

/**
 * A curve whose parts each fill the height, from their lowest to their highest value.
 * @param total the number of points of the whole run
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

/** The y of each point, downwards as in pictures. NaN and infinite values are drawn at the lowest. */
function heights(points: readonly CurvePoint[], height: number): readonly number[] {
  const finite = points.map(({ value }) => value).filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  return points.map(({ value }) => {
    const share = span > 0 && Number.isFinite(value) ? (value - low) / span : span > 0 ? 0 : 0.5;
    return height - margin - share * (height - 2 * margin);
  });
}
