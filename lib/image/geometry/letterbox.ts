import { type Image, image, type Size } from '../image.js';
import { paste } from './paste.js';
import { resize } from './resize.js';

/** A picture fitted into another size, its proportions kept. */
export interface Letterboxed {
  readonly image: Image;
  /** Pixels of the fitted picture for each of the original one. */
  readonly scale: number;
}

/**
 * Puts a picture, as large as it fits, into the upper left corner of one of another size; `fill` (in [0, 1]) is the rest. The
 * fitted sides are rounded down and resized without antialiasing, as in the preprocessing that YOLOX was trained with.
 */
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
  const result = image(size);
  result.data.fill(fill);
  paste(result, fitted, 0, 0);
  return { image: result, scale };
}
