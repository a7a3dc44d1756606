import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Size } from '../../image/image.js';
import { checkMaskSize } from './mask.js';
import type { Rle } from './rle.js';

/** How many grid steps COCO's tools divide a pixel into before they trace an outline. */
const scale = 5;
/** The grid line within a pixel that decides where the outline enters a column or a row. */
const middle = 2;
/** Outlines are walked step by step, so coordinates are limited. */
const farthest = 2 ** 17;

/**
 * The pixels inside a polygon, exactly as COCO's tools find them: the outline is drawn on a grid five times as fine;
 * where it crosses the middle of a column of pixels, inside and outside change.
 * @param points x0, y0, x1, y1, … in pixels; the last point joins the first
 * @throws OneirosError `bad-input` for fewer than three points, an odd count, or a coordinate that is not finite or
 *   beyond ±131,072; `too-large` for a mask beyond 2^28 pixels
 */
export function polygonToRle(points: ArrayLike<number>, size: Size): Rle {
  check('polygonToRle', { points: [points, kind.numbers], size: [size, kind.size] });
  checkMaskSize(size);
  const crossings = crossingsOf(gridPoints(points), size).sort((a, b) => a - b);
  return { width: size.width, height: size.height, counts: runsBetween(crossings, size.width * size.height) };
}

/** The pixels inside a box [x, y, width, height], by the rule of {@link polygonToRle}. */
export function boxToRle(box: readonly [number, number, number, number], size: Size): Rle {
  check('boxToRle', { box: [box, kind.box], size: [size, kind.size] });
  const [x, y, width, height] = box;
  return polygonToRle([x, y, x, y + height, x + width, y + height, x + width, y], size);
}

/** The corners on the fine grid, rounded as C's `(int)(v + .5)` does: toward zero. */
function gridPoints(points: ArrayLike<number>): readonly (readonly [number, number])[] {
  if (points.length < 6 || points.length % 2 !== 0)
    throw new OneirosError(
      'bad-input',
      `a polygon must be at least three x, y pairs, not ${points.length} numbers`,
    );
  return Array.from({ length: points.length / 2 }, (_, i) => {
    const x = points[2 * i]!;
    const y = points[2 * i + 1]!;
    if (!(Math.abs(x) <= farthest && Math.abs(y) <= farthest))
      throw new OneirosError(
        'bad-input',
        `point ${i} of a polygon is (${x}, ${y}): expected numbers within ±${farthest}`,
      );
    return [Math.trunc(scale * x + 0.5), Math.trunc(scale * y + 0.5)] as const;
  });
}

/** The positions, in column order, where the outline crosses the middles of columns. */
function crossingsOf(corners: readonly (readonly [number, number])[], { width, height }: Size): Uint32Array {
  const positions: number[] = [];
  let [u, v] = corners[0]!;
  const visit = (nextU: number, nextV: number) => {
    if (u !== nextU) {
      const column = (Math.min(u, nextU) - middle) / scale;
      if (Number.isInteger(column) && column >= 0 && column < width) {
        const row = Math.ceil((Math.min(v, nextV) - middle) / scale);
        positions.push(column * height + Math.min(Math.max(row, 0), height));
      }
    }
    u = nextU;
    v = nextV;
  };
  corners.forEach((corner, i) => walk(corner, corners[(i + 1) % corners.length]!, visit));
  return new Uint32Array(positions);
}

/** Every grid point of an edge, by steps of one along its longer side. */
function walk(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  visit: (u: number, v: number) => void,
): void {
  const flat = Math.abs(x1 - x0) >= Math.abs(y1 - y0);
  const [from, to, across, acrossEnd] = flat ? [x0, x1, y0, y1] : [y0, y1, x0, x1];
  const steps = Math.abs(to - from);
  if (steps === 0) return; // a corner given twice
  // The slope starts at the lower end in both directions, because the rounding is not symmetric.
  const reversed = from > to;
  const base = reversed ? acrossEnd : across;
  const slope = (reversed ? across - acrossEnd : acrossEnd - across) / steps;
  for (let d = 0; d <= steps; d++) {
    const t = reversed ? steps - d : d;
    const along = t + Math.min(from, to);
    const side = Math.trunc(base + slope * t + 0.5);
    if (flat) visit(along, side);
    else visit(side, along);
  }
}

/** The runs between sorted positions; two crossings at one position cancel. */
function runsBetween(crossings: Uint32Array, end: number): Uint32Array {
  const changes: number[] = [];
  for (const position of crossings) {
    if (changes[changes.length - 1] === position) changes.pop();
    else changes.push(position);
  }
  if (changes[changes.length - 1] !== end) changes.push(end);
  const runs = new Uint32Array(changes);
  for (let i = changes.length - 1; i > 0; i--) runs[i]! -= runs[i - 1]!;
  return runs;
}
