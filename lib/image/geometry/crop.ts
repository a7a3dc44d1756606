import { OneirosError } from '../../base/errors.js';
import { roundHalfToEven } from '../../base/round.js';
import { type Planes, planes, type Size } from '../image.js';

/** A rectangle of whole pixels; (x, y) is its top left corner. */
export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

/**
 * The part of the planes inside the rectangle.
 * @throws OneirosError `bad-argument` if its coordinates are not integers, or it extends outside the planes
 */
export function crop<C extends number>(source: Planes<C>, { x, y, width, height }: Rectangle): Planes<C> {
  const inside =
    Number.isSafeInteger(x) &&
    Number.isSafeInteger(y) &&
    x >= 0 &&
    y >= 0 &&
    x + width <= source.width &&
    y + height <= source.height;
  if (!inside)
    throw new OneirosError(
      'bad-argument',
      `cannot crop ${width}×${height} at (${x}, ${y}) from an image of ${source.width}×${source.height}`,
    );
  const result = planes(source.channels, { width, height });
  for (let row = 0; row < source.channels * height; row++) {
    const channel = Math.floor(row / height);
    const start = (channel * source.height + y + (row % height)) * source.width + x;
    result.data.set(source.data.subarray(start, start + width), row * width);
  }
  return result;
}

/**
 * The center of the planes. If the total margin is odd, half of it is rounded to even, as in torchvision's
 * `center_crop`.
 * @throws OneirosError `bad-argument` if the size is larger than the planes
 */
export function centerCrop<C extends number>(source: Planes<C>, size: Size): Planes<C> {
  return crop(source, {
    ...size,
    x: roundHalfToEven((source.width - size.width) / 2),
    y: roundHalfToEven((source.height - size.height) / 2),
  });
}
