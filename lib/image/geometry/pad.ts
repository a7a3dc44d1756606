import { OneirosError } from '../../base/errors.js';
import { withDefaults } from '../../base/options.js';
import { type Image, image, type Planes, planes, type Size } from '../image.js';
import type { Rectangle } from './crop.js';
import { resize, type ResizeOptions } from './resize.js';

/** Pixels to add on each side. */
export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * What lies beyond the edge: a value for every channel, the edge pixel, or the mirror image (`reflect` does not repeat
 * the edge: cb|abcd|cb).
 */
export type Border = number | 'replicate' | 'reflect';

/**
 * The planes with margins around them.
 * @throws OneirosError `bad-argument` if a margin is not a whole number ≥ 0
 */
export function pad<C extends number>(source: Planes<C>, margins: Margins, border: Border = 0): Planes<C> {
  const { left, top, right, bottom } = margins;
  if (![left, top, right, bottom].every((margin) => Number.isSafeInteger(margin) && margin >= 0))
    throw new OneirosError(
      'bad-argument',
      `margins are whole numbers ≥ 0, not ${left}, ${top}, ${right}, ${bottom}`,
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

/** Where each padded position comes from, −1 for outside under a constant border. */
function sourceIndices(length: number, before: number, total: number, border: Border): Int32Array {
  const index = (i: number) => {
    if (i >= 0 && i < length) return i;
    return typeof border === 'number' ? -1 : borderIndex(i, length, border);
  };
  return Int32Array.from({ length: total }, (_, i) => index(i - before));
}

/** The position inside [0, length) that shows at position i, however far outside. */
export function borderIndex(i: number, length: number, border: 'replicate' | 'reflect'): number {
  if (border === 'replicate' || length === 1) return Math.min(length - 1, Math.max(0, i));
  const period = 2 * (length - 1);
  const phase = ((i % period) + period) % period;
  return phase < length ? phase : period - phase;
}

export interface LetterboxOptions extends ResizeOptions {
  /** Red, green, blue in [0, 1] around the picture. */
  readonly color: readonly [number, number, number];
  /** Where the picture sits in the box. */
  readonly align: 'center' | 'top-left';
}

const letterboxDefaults: LetterboxOptions = {
  color: [114 / 255, 114 / 255, 114 / 255],
  align: 'center',
  filter: 'bilinear',
  antialias: true,
};

export interface Letterboxed {
  readonly image: Image;
  /** Where the picture lies in the box. */
  readonly inside: Rectangle;
  /** Pixels of the box per pixel of the source: boxes found at x lie at (x − inside.x) / scale in the source. */
  readonly scale: number;
}

/** The whole picture, its proportions kept, as large as it goes into a box of the given size. */
export function letterbox(source: Image, box: Size, options: Partial<LetterboxOptions> = {}): Letterboxed {
  const { color, align, filter, antialias } = withDefaults(letterboxDefaults, options);
  const scale = Math.min(box.width / source.width, box.height / source.height);
  const width = Math.max(1, Math.min(box.width, Math.round(source.width * scale)));
  const height = Math.max(1, Math.min(box.height, Math.round(source.height * scale)));
  const centered = align === 'center';
  const x = centered ? Math.floor((box.width - width) / 2) : 0;
  const y = centered ? Math.floor((box.height - height) / 2) : 0;
  const result = image(box);
  const area = box.width * box.height;
  color.forEach((value, c) => result.data.fill(value, c * area, (c + 1) * area));
  paste(result, resize(source, { width, height }, { filter, antialias }), x, y);
  return { image: result, inside: { x, y, width, height }, scale };
}

/** Copies `source` into `target` with its top left corner at (x, y); it must lie inside. */
function paste<C extends number>(target: Planes<C>, source: Planes<C>, x: number, y: number): void {
  if (x < 0 || y < 0 || x + source.width > target.width || y + source.height > target.height)
    throw new OneirosError(
      'bad-argument',
      `cannot paste ${source.width}×${source.height} at (${x}, ${y}) into ${target.width}×${target.height}`,
    );
  for (let c = 0; c < source.channels; c++)
    for (let row = 0; row < source.height; row++) {
      const start = (c * source.height + row) * source.width;
      const line = source.data.subarray(start, start + source.width);
      target.data.set(line, (c * target.height + y + row) * target.width + x);
    }
}
