import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, maybe } from '../../base/kinds.js';
import type { Size } from '../../image/image.js';

/** A binary mask: one byte per pixel, rows from the top; values other than 0 belong to the object. */
export interface Mask extends Size {
  readonly data: Uint8Array;
}

/** The limit of pixels in a mask: 16,384². */
const maxMaskPixels = 2 ** 28;

/** @throws OneirosError `bad-input` unless both are whole numbers ≥ 0; `too-large` beyond 2^28 pixels */
export function checkMaskSize({ width, height }: Size): void {
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width >= 0 && height >= 0))
    throw new OneirosError(
      'bad-input',
      `a mask's width and height must be whole numbers ≥ 0, not ${width}×${height}`,
    );
  if (width * height > maxMaskPixels)
    throw new OneirosError(
      'too-large',
      `a mask of ${width}×${height} pixels is over the limit of ${maxMaskPixels} pixels`,
    );
}

/**
 * A mask over `data` (not copied, width·height bytes), or an empty mask.
 * @throws OneirosError `bad-input` unless width and height are whole numbers ≥ 0 and `data` fits them; `too-large`
 *   beyond 2^28 pixels
 */
export function mask(size: Size, data?: Uint8Array): Mask {
  check('mask', { size: [size, kind.size], data: [data, maybe(kind.bytes)] });
  const { width, height } = size;
  checkMaskSize({ width, height });
  if (data && data.length !== width * height)
    throw new OneirosError(
      'bad-input',
      `a mask of ${width}×${height} pixels has ${width * height} values, not ${data.length}`,
    );
  return { width, height, data: data ?? new Uint8Array(width * height) };
}

/** The number of pixels in both masks, in one of them, in neither. */
export interface MaskCounts {
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly neither: number;
}

/** @throws OneirosError `bad-argument` for masks of different sizes */
function countMasks(a: Mask, b: Mask): MaskCounts {
  if (a.width !== b.width || a.height !== b.height)
    throw new OneirosError(
      'bad-argument',
      `the masks must have the same size, not ${a.width}×${a.height} and ${b.width}×${b.height}`,
    );
  let both = 0;
  let inA = 0;
  let inB = 0;
  for (let i = 0; i < a.data.length; i++) {
    const x = a.data[i]! !== 0 ? 1 : 0;
    const y = b.data[i]! !== 0 ? 1 : 0;
    inA += x;
    inB += y;
    both += x & y;
  }
  return { both, onlyA: inA - both, onlyB: inB - both, neither: a.data.length - inA - inB + both };
}

/** Intersection over union (Jaccard's index) of two masks of the same size, in [0, 1]; 1 if both are empty. */
export function maskIou(a: Mask, b: Mask): number {
  check('maskIou', { a: [a, kind.mask], b: [b, kind.mask] });
  return iouOfCounts(countMasks(a, b));
}

/** Dice's coefficient 2|A∩B| / (|A|+|B|), in [0, 1]; 1 if both are empty. */
export function maskDice(a: Mask, b: Mask): number {
  check('maskDice', { a: [a, kind.mask], b: [b, kind.mask] });
  return diceOfCounts(countMasks(a, b));
}

/** The share of pixels on which two masks agree, in [0, 1]. */
export function maskAccuracy(a: Mask, b: Mask): number {
  check('maskAccuracy', { a: [a, kind.mask], b: [b, kind.mask] });
  return accuracyOfCounts(countMasks(a, b));
}

function iouOfCounts({ both, onlyA, onlyB }: MaskCounts): number {
  const union = both + onlyA + onlyB;
  return union === 0 ? 1 : both / union;
}

function diceOfCounts({ both, onlyA, onlyB }: MaskCounts): number {
  const total = 2 * both + onlyA + onlyB;
  return total === 0 ? 1 : (2 * both) / total;
}

function accuracyOfCounts({ both, onlyA, onlyB, neither }: MaskCounts): number {
  const pixels = both + onlyA + onlyB + neither;
  return pixels === 0 ? 1 : (both + neither) / pixels;
}
