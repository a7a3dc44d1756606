import type { Size } from '../image.js';
import type { Pixels } from '../pixels.js';
import type { JpegFile } from './jpeg/file.js';

/** An object that browsers can draw: an `<img>`, an `ImageBitmap`, a canvas, a video's frame. */
export type Drawable = Size;

/**
 * The platform's part of the codecs, JPEG: with mozjpeg, jpeg-js and jimp in Node, with a canvas in browsers. The other
 * formats use the same code on both.
 */
export interface Codec {
  /** The pixels of a JPEG file, without its orientation. A corrupt file can cause any error. */
  decodeJpeg(bytes: Uint8Array, file: JpegFile): Promise<Pixels>;
  /** A JPEG file with a quality from 1 to 100. Alpha is ignored. */
  encodeJpeg(
    pixels: Pixels & { readonly data: Uint8ClampedArray<ArrayBuffer> },
    quality: number,
  ): Promise<Uint8Array>;
  /**
   * @throws OneirosError `unsupported` if the platform cannot draw it; `bad-argument` if it is not loaded yet, or is
   *   from another site
   */
  pixelsOf(drawable: Drawable): Pixels;
}
