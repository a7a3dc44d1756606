import type { Size } from '../image.js';
import type { Pixels } from '../pixels.js';
import type { JpegFile } from './jpeg/file.js';

/** What browsers can draw: an `<img>`, an `ImageBitmap`, a canvas, a video's frame. */
export type Drawable = Size;

/** What each platform reads and writes JPEG with: mozjpeg and jpeg-js in Node, a canvas in browsers. All else needs neither. */
export interface Codec {
  /** The pixels of a JPEG file, as they lie in it. Throws anything for a corrupt one. */
  decodeJpeg(bytes: Uint8Array, file: JpegFile): Promise<Pixels>;
  /** A JPEG file of the given quality, 1 … 100. Alpha is ignored. */
  encodeJpeg(
    pixels: Pixels & { readonly data: Uint8ClampedArray<ArrayBuffer> },
    quality: number,
  ): Promise<Uint8Array>;
  /** @throws OneirosError `unsupported` for what cannot be drawn here; `bad-argument` for what may not be read */
  pixelsOf(drawable: Drawable): Pixels;
}
