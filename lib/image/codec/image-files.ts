import { messageOf, OneirosError } from '../../base/errors.js';
import { withDefaults } from '../../base/options.js';
import type { Image } from '../image.js';
import { fromPixels, type Pixels, toPixels } from '../pixels.js';
import { bmpHeader, decodeBmp } from './bmp/bmp.js';
import type { Codec } from './codec.js';
import { latin1 } from './common/bytes.js';
import { checkPixels, corrupt, type Format, type Header } from './common/header.js';
import { upright } from './common/orientation.js';
import { decodeGif, gifHeader } from './gif/gif.js';
import { jpegFile, jpegHeader, mostSide } from './jpeg/file.js';
import {
  decodeDefaults,
  type DecodeOptions,
  encodeDefaults,
  type EncodeOptions,
  type OutputFormat,
} from './options.js';
import { decodePng, encodePng } from './png/pixels.js';
import { pngHeader } from './png/png.js';
import { writePngText } from './png/text.js';
import { decodeTiff } from './tiff/decode.js';
import { tiffHeader } from './tiff/directory.js';

/** Reading and writing of picture files. */
export interface ImageFiles {
  /**
   * The picture in a JPEG, PNG, GIF (first frame), BMP or TIFF (first page) file: upright (EXIF rotation applied),
   * transparency laid over the background, 16-bit PNG and TIFF at full precision. Color profiles and gamma are ignored.
   * @throws OneirosError `too-large`, before memory is taken, if the header says more than `maxPixels`; `bad-input` if
   *   the file is empty, truncated, corrupt or no picture; `unsupported` if it is of a kind that is not read
   */
  readonly decodeImage: (bytes: Uint8Array, options?: Partial<DecodeOptions>) => Promise<Image>;
  /**
   * The picture as a PNG (RGB, 8 bits; the same pixels and text give the same bytes) or JPEG file; values are clamped to
   * [0, 1] and rounded half up.
   * @throws OneirosError `bad-argument` if the options, or the size, are not possible in the format
   */
  readonly encodeImage: (
    picture: Image,
    format: OutputFormat,
    options?: Partial<EncodeOptions>,
  ) => Promise<Uint8Array>;
}

/** Picture files by a platform's codec. */
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
  return soundly(format, async () => {
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

/** What a decoder gives; whatever it throws becomes an error about the file. */
export async function soundly<T>(format: Format, decoder: () => T | Promise<T>): Promise<T> {
  try {
    return await decoder();
  } catch (error) {
    if (error instanceof OneirosError) throw error;
    // A decoder that trips over its own undefined has nothing to say to a reader.
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
 * The format and the size that a picture file states, without decoding it; EXIF rotation is not counted in.
 * @throws OneirosError `bad-input` if it is empty, truncated or no picture; `unsupported` if it is of a kind that is not read
 */
export function imageHeader(bytes: Uint8Array): Header {
  return headers[formatOf(bytes)](bytes);
}

/** The format by its first bytes, whatever the file is called. */
function formatOf(bytes: Uint8Array): Format {
  if (bytes.length === 0) throw new OneirosError('bad-input', 'the image file is empty');
  const start = latin1(bytes.subarray(0, 16));
  if (start.startsWith('\xff\xd8')) return 'jpeg';
  if (start.startsWith('\x89PNG')) return 'png';
  if (/^GIF8[79]a/.test(start)) return 'gif';
  if (start.startsWith('BM')) return 'bmp';
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  const other = otherKinds.find(([pattern]) => pattern.test(start))?.[1];
  if (other)
    throw new OneirosError('unsupported', `${other} is not supported: convert it to a PNG or JPEG file`);
  throw new OneirosError('bad-input', 'this is no image file: expected JPEG, PNG, GIF, BMP or TIFF');
}

const otherKinds: readonly (readonly [RegExp, string])[] = [
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
    throw new OneirosError('bad-argument', `the JPEG quality is 1 to 100, not ${quality}`);
  if (format === 'jpeg' && Object.keys(text).length > 0)
    throw new OneirosError('bad-argument', 'text is kept in PNG files only; choose png');
  if (format === 'jpeg' && Math.max(width, height) > mostSide)
    throw new OneirosError(
      'bad-argument',
      `a JPEG is at most ${mostSide} pixels wide and high, not ${width}×${height}`,
    );
}
