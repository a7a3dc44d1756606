import { OneirosError } from '../../base/errors.js';
import { type Planes, planes } from '../image.js';

/** Pixels to add on each side. */
export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The values beyond the edge: a constant for every channel, the edge pixel, or the mirror image (`reflect` does not
 * repeat the edge: cb|abcd|cb).
 */
export type Border = number | 'replicate' | 'reflect';

/**
 * The planes with margins around them.
 * @throws OneirosError `bad-argument` if a margin is not an integer ≥ 0
 */
export function pad<C extends number>(source: Planes<C>, margins: Margins, border: Border = 0): Planes<C> {
  const { left, top, right, bottom } = margins;
  if (![left, top, right, bottom].every((margin) => Number.isSafeInteger(margin) && margin >= 0))
    throw new OneirosError(
      'bad-argument',
      `margins must be whole numbers ≥ 0, not ${left}, ${top}, ${right}, ${bottom}`,
    );
  const result = planes(source.channels, {
    width: left + source.width + right,
    height: top + source.height + bottom,
  });
  const columns = sourceIndices(source.width, left, result.width, border);
  const rows = sourceIndices(source.height, top, result.height, border);
  let i = 0;
  for (let c = 0; c < source.channels; c++)
    for (const y of rows) {
      const start = (c * source.height + y) * source.width;
      for (const x of columns)
        result.data[i++] = typeof border === 'number' && (x < 0 || y < 0) ? border : source.data[start + x]!;
    }
  return result;
}

/** The source index of each padded position; −1 outside the source if the border is constant. */
function sourceIndices(length: number, before: number, total: number, border: Border): Int32Array {
  const index = (i: number) => {
    if (i >= 0 && i < length) return i;
    return typeof border === 'number' ? -1 : borderIndex(i, length, border);
  };
  return Int32Array.from({ length: total }, (_, i) => index(i - before));
}

/** The index in [0, length) whose value position i takes, at any distance outside. */
export function borderIndex(i: number, length: number, border: 'replicate' | 'reflect'): number {
  if (border === 'replicate' || length === 1) return Math.min(length - 1, Math.max(0, i));
  const period = 2 * (length - 1);
  const phase = ((i % period) + period) % period;
  return phase < length ? phase : period - phase;
}
