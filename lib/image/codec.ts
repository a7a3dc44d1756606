import type { Size } from './image.js';
import type { Pixels } from './pixels.js';

/** What browsers can draw: an `<img>`, an `ImageBitmap`, a canvas, a video's frame. */
export type Drawable = Size;

/** What each platform decodes and encodes with: jimp in Node, a canvas in browsers. PNG, GIF and BMP need neither. */
export interface Codec {
  /** The pixels of a JPEG file whose header is sound, upright: EXIF rotation is applied. Throws anything for a corrupt one. */
  decodeJpeg(bytes: Uint8Array): Promise<Pixels>;
  /** The pixels of a baseline TIFF file of one page. */
  decodeTiff(bytes: Uint8Array): Promise<Pixels>;
  /** A JPEG file of the given quality, 1 … 100. Alpha is ignored. */
  encodeJpeg(
    pixels: Pixels & { readonly data: Uint8ClampedArray<ArrayBuffer> },
    quality: number,
  ): Promise<Uint8Array>;
  /** @throws OneirosError `unsupported` for what cannot be drawn here; `bad-argument` for what may not be read */
  pixelsOf(drawable: Drawable): Pixels;
}
