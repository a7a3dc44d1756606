import { messageOf, OneirosError } from '../../base/errors.js';
import { withDefaults } from '../../base/option-table.js';
import type { Image } from '../image.js';
import { fromPixels, type Pixels, toPixels } from '../pixels.js';
import { bmpHeader, decodeBmp } from './bmp/bmp.js';
import { latin1 } from './common/bytes.js';
import { checkPixels, corrupt, type Format, type Header } from './common/header.js';
import { upright } from './common/orientation.js';
import { decodeGif, gifHeader } from './gif/gif.js';
import { jpegFile, jpegHeader, maxSide } from './jpeg/file.js';
import {
  decodeDefaults,
  type DecodeOptions,
  encodeDefaults,
  type EncodeOptions,
  type OutputFormat,
} from './options.js';
import type { Codec } from './platform-codec.js';
import { decodePng, encodePng } from './png/pixels.js';
import { pngHeader } from './png/png.js';
import { writePngText } from './png/text.js';
import { decodeTiff } from './tiff/decode.js';
import { tiffHeader } from './tiff/directory.js';

/** Decodes and encodes picture files. */
export interface ImageFiles {
  /**
   * Decodes a JPEG, PNG, GIF (first frame), BMP or TIFF (first page) file. The picture is upright (EXIF orientation
   * applied), transparent pixels are composited over the background, 16-bit PNG and TIFF keep their precision. Color
   * profiles and gamma are ignored.
   * @throws OneirosError `too-large`, before memory is allocated, if the header states more than `maxPixels`;
   *   `bad-input` if the file is empty, truncated, corrupt or not a picture; `unsupported` for other formats and
   *   unsupported variants
   */
  readonly decodeImage: (bytes: Uint8Array, options?: Partial<DecodeOptions>) => Promise<Image>;
  /**
   * Encodes a picture as a PNG (RGB, 8 bits) or JPEG file. Values are clamped to [0, 1] and rounded half up. The same
   * pixels and text give the same PNG bytes.
   * @throws OneirosError `bad-argument` for a quality outside 1 … 100, a text keyword or text that PNG cannot store,
   *   text for a JPEG, or a JPEG with a side over 65,500 pixels
   */
  readonly encodeImage: (
    picture: Image,
    format: OutputFormat,
    options?: Partial<EncodeOptions>,
  ) => Promise<Uint8Array>;
}

/** The functions for picture files with a platform's codec. */
export function imageFiles(codec: Codec): ImageFiles {
  return {
    async decodeImage(bytes, options = {}) {
      const { maxPixels, background } = withDefaults(decodeDefaults, options);
      const header = imageHeader(bytes);
      checkPixels(header, maxPixels);
      return fromPixels(await decode(codec, bytes, header), background);
    },
    async encodeImage(picture, format, options = {}) {
      const { quality, text } = withDefaults(encodeDefaults, options);
      checkEncoding(picture, format, quality, text);
      const pixels = toPixels(picture);
      if (format === 'jpeg') return codec.encodeJpeg(pixels, quality);
      const file = await encodePng(pixels);
      return Object.keys(text).length > 0 ? writePngText(file, text) : file;
    },
  };
}

function decode(codec: Codec, bytes: Uint8Array, { format }: Header): Promise<Pixels> {
  return withDecoderErrors(format, async () => {
    switch (format) {
      case 'gif':
        return decodeGif(bytes);
      case 'bmp':
        return decodeBmp(bytes);
      case 'jpeg': {
        const file = jpegFile(bytes);
        return upright(await codec.decodeJpeg(bytes, file), file.orientation);
      }
      case 'png':
        return decodePng(bytes);
      case 'tiff':
        return decodeTiff(bytes);
    }
  });
}

/** Runs a decoder; any error becomes an `OneirosError` about the file. */
export async function withDecoderErrors<T>(format: Format, decoder: () => T | Promise<T>): Promise<T> {
  try {
    return await decoder();
  } catch (error) {
    if (error instanceof OneirosError) throw error;
    // The message of a decoder's internal error does not help users.
    const internal = error instanceof TypeError || error instanceof RangeError;
    throw corrupt(format, internal ? 'its parts contradict each other' : messageOf(error), error);
  }
}

const headers: Record<Format, (bytes: Uint8Array) => Header> = {
  jpeg: jpegHeader,
  png: pngHeader,
  gif: gifHeader,
  bmp: bmpHeader,
  tiff: tiffHeader,
};

/**
 * The format and size that a picture file states, without decoding it; EXIF orientation is not applied.
 * @throws OneirosError `bad-input` if it is empty, truncated or not a picture; `unsupported` for other formats
 */
export function imageHeader(bytes: Uint8Array): Header {
  return headers[formatOf(bytes)](bytes);
}

/** Recognizes the format by the first bytes, not by the file's name. */
function formatOf(bytes: Uint8Array): Format {
  if (bytes.length === 0) throw new OneirosError('bad-input', 'the image file is empty');
  const start = latin1(bytes.subarray(0, 16));
  if (start.startsWith('\xff\xd8')) return 'jpeg';
  if (start.startsWith('\x89PNG')) return 'png';
  if (/^GIF8[79]a/.test(start)) return 'gif';
  if (start.startsWith('BM')) return 'bmp';
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  const other = otherFormats.find(([pattern]) => pattern.test(start))?.[1];
  if (other)
    throw new OneirosError('unsupported', `${other} is not supported: convert it to a PNG or JPEG file`);
  throw new OneirosError('bad-input', 'this is not an image file: expected JPEG, PNG, GIF, BMP or TIFF');
}

const otherFormats: readonly (readonly [RegExp, string])[] = [
  [/^RIFF.{4}WEBP/s, 'WebP'],
  [/^.{4}ftypavi[fs]/s, 'AVIF'],
  [/^.{4}ftyp(hei|mif|msf)/s, 'HEIF'],
  [/^\s*<(svg|\?xml)/, 'SVG'],
  [/^%PDF/, 'PDF'],
];

function checkEncoding(
  { width, height }: Image,
  format: OutputFormat,
  quality: number,
  text: EncodeOptions['text'],
): void {
  if (!(quality >= 1 && quality <= 100))
    throw new OneirosError('bad-argument', `the JPEG quality must be 1 to 100, not ${quality}`);
  if (format === 'jpeg' && Object.keys(text).length > 0)
    throw new OneirosError('bad-argument', 'only PNG files can store text: choose png');
  if (format === 'jpeg' && Math.max(width, height) > maxSide)
    throw new OneirosError(
      'bad-argument',
      `a JPEG file can have at most ${maxSide} pixels per side, not ${width}×${height}: choose png, or scale it down`,
    );
}
