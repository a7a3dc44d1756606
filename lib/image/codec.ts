import type { Pixels } from './pixels.js';

/** A file that has been checked: its header is sound, it is not cut short, and its size is within the limit. */
export interface CheckedFile {
  readonly bytes: Uint8Array;
  readonly format: 'jpeg' | 'png' | 'tiff';
  /** Bits of a sample. Above 8 a codec may give 16-bit pixels. */
  readonly bits: number;
}

/** What each platform decodes and encodes with: jimp in Node, a canvas in browsers. */
export interface Codec {
  /** The pixels of a file, upright: EXIF rotation is applied. Throws anything for a corrupt one. */
  decode(file: CheckedFile): Promise<Pixels>;
  /** A PNG file (RGB, 8 bits), or a JPEG file of the given quality, 1 … 100. Alpha is ignored. */
  encode(
    pixels: Pixels & { readonly data: Uint8ClampedArray },
    format: 'png' | 'jpeg',
    quality: number,
  ): Promise<Uint8Array>;
}
