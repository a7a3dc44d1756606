import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { roundHalfToEven } from '../../base/round.js';
import { type Mask, mask, maskIou } from './mask.js';

export interface BoundaryOptions {
  /** The boundary's width as a share of the image's diagonal, in (0, 1]; at least one pixel. @default 0.02 */
  readonly dilationRatio?: number;
}

const boundaryKinds: OptionKinds<BoundaryOptions> = { dilationRatio: kind.number };

const boundaryDefaults = { dilationRatio: 0.02 } as const satisfies Required<BoundaryOptions>;

/**
 * Boundary IoU (Cheng et al. 2021): the IoU of the two masks' inner boundaries, so the inside
 * of large objects does not count. In [0, 1]; pixels beyond the image's edge are outside of all objects.
 * @throws OneirosError `bad-argument` for different sizes, or a ratio out of range
 */
export function boundaryIou(a: Mask, b: Mask, options: BoundaryOptions = {}): number {
  check('boundaryIou', { a: [a, kind.mask], b: [b, kind.mask] }, options, boundaryKinds);
  return maskIou(innerBoundary(a, options), innerBoundary(b, options));
}

/** The pixels of a mask that are at most `distance` steps (diagonal ones too) from a pixel outside. */
export function innerBoundary(source: Mask, options: BoundaryOptions = {}): Mask {
  check('innerBoundary', { source: [source, kind.mask] }, options, boundaryKinds);
  const { dilationRatio } = withDefaults(boundaryDefaults, options);
  if (!(dilationRatio > 0 && dilationRatio <= 1))
    throw new OneirosError(
      'bad-argument',
      `dilationRatio must be over 0 and at most 1, not ${dilationRatio}`,
    );
  // The paper's code rounds with Python's round().
  const distance = Math.max(1, roundHalfToEven(dilationRatio * Math.hypot(source.width, source.height)));
  const inside = erode(source, distance);
  return mask(
    source,
    source.data.map((value, i) => (value !== 0 && inside[i] === 0 ? 1 : 0)),
  );
}

/** Erosion by a square of side 2·distance + 1 is erosion along the rows, then along the columns. */
function erode({ width, height, data }: Mask, distance: number): Uint8Array {
  const rows = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) erodeLine(data, rows, y * width, 1, width, distance);
  const both = new Uint8Array(data.length);
  for (let x = 0; x < width; x++) erodeLine(rows, both, x, width, height, distance);
  return both;
}

function erodeLine(
  from: Uint8Array,
  to: Uint8Array,
  start: number,
  step: number,
  length: number,
  distance: number,
): void {
  let run = 0;
  for (let i = 0; i < length; i++) {
    run = from[start + i * step]! !== 0 ? run + 1 : 0;
    if (run > 2 * distance) to[start + (i - distance) * step] = 1;
  }
}
