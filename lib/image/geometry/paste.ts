import { OneirosError } from '../../base/errors.js';
import type { Planes } from '../image.js';

/**
 * Copies `source` times a factor into `target`, with its top left corner at (x, y).
 * @throws OneirosError `bad-argument` if it does not fit inside `target`
 */
export function paste<C extends number>(
  target: Planes<C>,
  source: Planes<C>,
  x: number,
  y: number,
  factor = 1,
): void {
  place(target, source, x, y, (_, value) => factor * value);
}

/** Adds `source` to `target`, with its top left corner at (x, y). Throws as {@link paste}. */
export function addPlanes<C extends number>(
  target: Planes<C>,
  source: Planes<C>,
  x: number,
  y: number,
): void {
  place(target, source, x, y, (before, value) => before + value);
}

function place(
  target: Planes,
  source: Planes,
  x: number,
  y: number,
  put: (before: number, value: number) => number,
): void {
  const { channels, width, height } = source;
  if (x < 0 || y < 0 || x + width > target.width || y + height > target.height)
    throw new OneirosError(
      'bad-argument',
      `cannot paste ${width}×${height} at (${x}, ${y}) into ${target.width}×${target.height}`,
    );
  for (let c = 0; c < channels; c++)
    for (let row = 0; row < height; row++) {
      const from = (c * height + row) * width;
      const to = (c * target.height + y + row) * target.width + x;
      for (let i = 0; i < width; i++) target.data[to + i] = put(target.data[to + i]!, source.data[from + i]!);
    }
}
