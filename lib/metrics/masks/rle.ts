import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import type { Size } from '../../image/image.js';
import { checkMaskSize, type Mask, mask } from './mask.js';

/**
 * A binary mask as COCO's run lengths: alternately background and foreground, background first (its run may be 0), down
 * the columns from left to right. The runs add up to width × height.
 */
export interface Rle extends Size {
  readonly counts: Uint32Array;
}

/**
 * Runs (copied) as a mask.
 * @throws OneirosError `bad-input` for runs that are not whole numbers or do not fill the mask; `too-large` beyond 2^28
 *   pixels
 */
export function rle(size: Size, counts: ArrayLike<number>): Rle {
  check('rle', { size: [size, kind.size], counts: [counts, kind.numbers] });
  const { width, height } = size;
  checkMaskSize({ width, height });
  let total = 0;
  for (let i = 0; i < counts.length; i++) {
    const run = counts[i]!;
    if (!(Number.isInteger(run) && run >= 0))
      throw new OneirosError('bad-input', `run ${i} of a mask is ${run}: expected a whole number ≥ 0`);
    total += run;
  }
  if (total !== width * height)
    throw new OneirosError(
      'bad-input',
      `the runs add up to ${total} pixels, but a mask of ${width}×${height} has ${width * height}`,
    );
  return { width, height, counts: new Uint32Array(counts) };
}

/** The runs of a mask of pixels. */
export function encodeRle(source: Mask): Rle {
  check('encodeRle', { source: [source, kind.mask] });
  const { width, height, data } = source;
  const counts: number[] = [];
  let value = 0;
  let run = 0;
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++) {
      const pixel = data[y * width + x]! !== 0 ? 1 : 0;
      if (pixel !== value) {
        counts.push(run);
        run = 0;
        value = pixel;
      }
      run++;
    }
  counts.push(run);
  return { width, height, counts: new Uint32Array(counts) };
}

/** The mask of runs: one byte (0 or 1) per pixel, rows from the top. */
export function decodeRle(coded: Rle): Mask {
  check('decodeRle', { coded: [coded, kind.rle] });
  const { width, height, counts } = coded;
  const decoded = mask({ width, height });
  let position = 0;
  counts.forEach((run, i) => {
    if (i % 2 === 1)
      for (let p = position; p < position + run; p++)
        decoded.data[(p % height) * width + Math.floor(p / height)] = 1;
    position += run;
  });
  return decoded;
}

/** The number of pixels of the object. */
export function rleArea(coded: Pick<Rle, 'counts'>): number {
  check('rleArea', { coded: [coded, kind.counts] });
  const { counts } = coded;
  let area = 0;
  for (let i = 1; i < counts.length; i += 2) area += counts[i]!;
  return area;
}

/**
 * The union or the intersection of masks of the same size.
 * @throws OneirosError `bad-argument` if there are no masks, or their sizes differ
 */
export function mergeRle(masks: readonly Rle[], how: 'union' | 'intersection' = 'union'): Rle {
  check('mergeRle', { masks: [masks, kind.rles], how: [how, oneOf('union', 'intersection')] });
  const [first, ...others] = masks;
  if (!first) throw new OneirosError('bad-argument', 'masks is empty: expected at least one');
  const either = how === 'union' ? 1 : 2;
  return others.reduce((a, b) => {
    if (a.width !== b.width || a.height !== b.height)
      throw new OneirosError(
        'bad-argument',
        `masks must have the same size to be merged, not ${a.width}×${a.height} and ${b.width}×${b.height}`,
      );
    const runs: number[] = [];
    let value = 0;
    sweep(a.counts, b.counts, (length, inA, inB) => {
      const next = inA + inB >= either ? 1 : 0;
      if (runs.length === 0 && next === 1) runs.push(0);
      if (runs.length > 0 && next === value) runs[runs.length - 1]! += length;
      else runs.push(length);
      value = next;
    });
    return { width: a.width, height: a.height, counts: new Uint32Array(runs) };
  }, first);
}

/** Walks both run lists at once and reports each stretch over which neither changes. */
function sweep(
  a: Uint32Array,
  b: Uint32Array,
  visit: (length: number, inA: number, inB: number) => void,
): void {
  let [i, j, position] = [0, 0, 0];
  let endA = a[0] ?? 0;
  let endB = b[0] ?? 0;
  while (i < a.length && j < b.length) {
    const end = Math.min(endA, endB);
    if (end > position) visit(end - position, i & 1, j & 1);
    position = end;
    if (endA === end) endA += a[++i] ?? 0;
    if (endB === end) endB += b[++j] ?? 0;
  }
}

/**
 * Intersection over union of two masks of the same size, from their runs; if `b` is a crowd, intersection over the area
 * of `a`. 0 if they do not meet. This is the inner loop of COCO's mask evaluation.
 */
export function runsIou(a: Uint32Array, b: Uint32Array, crowd: boolean): number {
  const [countA, countB] = [a.length, b.length];
  let [i, j, position, intersection, union, areaA] = [0, 0, 0, 0, 0, 0];
  let endA = countA > 0 ? a[0]! : 0;
  let endB = countB > 0 ? b[0]! : 0;
  while (i < countA && j < countB) {
    const end = endA < endB ? endA : endB;
    const length = end - position;
    const inA = i & 1;
    const inB = j & 1;
    if (inA & inB) intersection += length;
    if (inA | inB) union += length;
    if (inA) areaA += length;
    position = end;
    if (endA === end && ++i < countA) endA += a[i]!;
    if (endB === end && ++j < countB) endB += b[j]!;
  }
  return intersection === 0 ? 0 : intersection / (crowd ? areaA : union);
}

/**
 * Intersection over union of two masks, in [0, 1]; 0 if they do not meet.
 * @param crowd whether `b` is a crowd: then the result is intersection over the area of `a`
 * @throws OneirosError `bad-argument` for different sizes
 */
export function rleIou(a: Rle, b: Rle, crowd = false): number {
  check('rleIou', { a: [a, kind.rle], b: [b, kind.rle], crowd: [crowd, kind.flag] });
  if (a.width !== b.width || a.height !== b.height)
    throw new OneirosError(
      'bad-argument',
      `the masks must have the same size, not ${a.width}×${a.height} and ${b.width}×${b.height}`,
    );
  return runsIou(a.counts, b.counts, crowd);
}

/** The smallest box [x, y, width, height] around the object, in whole pixels; zeros if the mask is empty. */
export function rleBox(coded: Rle): [x: number, y: number, width: number, height: number] {
  check('rleBox', { coded: [coded, kind.rle] });
  const { height, counts } = coded;
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  let start = 0;
  for (let i = 0; i < counts.length; i++) {
    const end = start + counts[i]!;
    if (i % 2 === 1 && end > start) {
      const column = Math.floor(start / height);
      const lastColumn = Math.floor((end - 1) / height);
      left = Math.min(left, column);
      right = Math.max(right, lastColumn);
      // A run that continues in the next column contains the bottom of one column and the top of the next.
      top = Math.min(top, column < lastColumn ? 0 : start - column * height);
      bottom = Math.max(bottom, column < lastColumn ? height - 1 : end - 1 - column * height);
    }
    start = end;
  }
  return right < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
}
