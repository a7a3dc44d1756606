import { paste } from '../../image/geometry/paste.js';
import { resize } from '../../image/geometry/resize.js';
import { type Image, image, type Size } from '../../image/image.js';
import type { Box } from './detector.js';

/** A picture fitted into another size with its proportions kept. */
export interface Letterboxed {
  readonly image: Image;
  /** Pixels of the fitted picture per pixel of the original. */
  readonly scale: number;
}

/**
 * Scales a picture to fit into another size and pastes it into the upper left corner; the rest is `fill` (in [0, 1]).
 * The fitted sides are rounded down, and resizing does not antialias, as in YOLOX's preprocessing.
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

/** Maps a box from a picture letterboxed at this scale to pixels of the original picture, and clips it. */
export function outOfLetterbox([x0, y0, x1, y1]: Box, scale: number, { width, height }: Size): Box {
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value / scale));
  return [within(x0, width), within(y0, height), within(x1, width), within(y1, height)];
}
