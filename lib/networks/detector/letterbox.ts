import { resize } from '../../image/geometry/resize.js';
import { type Image, image, plane, type Size } from '../../image/image.js';
import type { Box } from './detector.js';

/** A picture fitted into another size, its proportions kept. */
export interface Letterboxed {
  readonly image: Image;
  /** Pixels of the fitted picture for each of the original one. */
  readonly scale: number;
}

/** Puts a picture, as large as it fits, into the upper left corner of one of another size; `fill` (in [0, 1]) is the rest. */
export function letterbox(picture: Image, size: Size, fill: number): Letterboxed {
  const scale = Math.min(size.width / picture.width, size.height / picture.height);
  const fitted = resize(
    picture,
    {
      width: Math.max(1, Math.floor(picture.width * scale)),
      height: Math.max(1, Math.floor(picture.height * scale)),
    },
    { antialias: false },
  );
  const result = image(size, new Float32Array(3 * size.width * size.height).fill(fill));
  for (let c = 0; c < 3; c++) {
    const [from, to] = [plane(fitted, c), plane(result, c)];
    for (let y = 0; y < fitted.height; y++)
      to.set(from.subarray(y * fitted.width, (y + 1) * fitted.width), y * size.width);
  }
  return { image: result, scale };
}

/** A box found in the fitted picture, in pixels of the original one and within it. */
export function outOfLetterbox([x0, y0, x1, y1]: Box, scale: number, { width, height }: Size): Box {
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value / scale));
  return [within(x0, width), within(y0, height), within(x1, width), within(y1, height)];
}
