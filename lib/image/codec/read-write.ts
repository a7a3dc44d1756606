import { codec } from '#codec';
import { readFileBytes } from '#files/read';
import { writeFileAtomic } from '#files/write';
import { check } from '../../base/arguments.js';
import { messageOf, OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { describeLocation, type FileLocation } from '../../files/location.js';
import type { Image } from '../image.js';
import { fromPixels } from '../pixels.js';
import type { Drawable } from './codec.js';
import { decodeImage, encodeImage } from './coding.js';
import {
  decodeDefaults,
  decodeKinds,
  type DecodeOptions,
  encodeKinds,
  type EncodeOptions,
  type OutputFormat,
} from './options.js';

/**
 * Where a picture comes from: the place of a file (a path in Node, an address in browsers, a URL, a `File` or `Blob`), its
 * bytes, or, in browsers, anything that can be drawn: `<img>`, `<canvas>`, `<video>`, `ImageBitmap`, `ImageData`.
 */
export type PictureLocation = FileLocation | Uint8Array | Drawable;

/**
 * The picture in a file: JPEG (turned as its EXIF says), PNG, GIF, BMP or TIFF; or what an element of a page shows.
 * @throws OneirosError `not-found`; `bad-input` for a damaged file; `too-large`; each names the file
 */
export async function readImage(
  source: PictureLocation,
  options: Partial<DecodeOptions> = {},
): Promise<Image> {
  check('readImage', { source: [source, kind.picture] }, options, decodeKinds);
  if (source instanceof Uint8Array) return decodeImage(source, options);
  if (isDrawable(source))
    return fromPixels(codec.pixelsOf(source), options.background ?? decodeDefaults.background);
  const bytes = await readFileBytes(source, { keep: false });
  try {
    return await decodeImage(bytes, options);
  } catch (error) {
    const code = error instanceof OneirosError ? error.code : 'bad-input';
    throw new OneirosError(code, `${describeLocation(source)}: ${messageOf(error)}`, { cause: error });
  }
}

function isDrawable(source: FileLocation | Drawable): source is Drawable {
  return typeof source === 'object' && 'width' in source;
}

/**
 * Writes a picture whole or not at all, as PNG or JPEG by its name's ending. A page gives it to the browser to save.
 * @throws OneirosError `bad-argument` for another ending
 */
export async function writeImage(
  path: string,
  image: Image,
  options: Partial<EncodeOptions> = {},
): Promise<void> {
  check('writeImage', { path: [path, kind.text], image: [image, kind.image] }, options, encodeKinds);
  const format = imageFormat(path);
  await writeFileAtomic(path, await encodeImage(image, format, options));
}

/** The format that a name's ending asks for. */
export function imageFormat(path: string): OutputFormat {
  switch (/\.[^./\\]*$/.exec(path)?.[0].toLowerCase()) {
    case '.png':
      return 'png';
    case '.jpg':
    case '.jpeg':
      return 'jpeg';
    default:
      throw new OneirosError('bad-argument', `cannot write ${path}: its name must end in .png or .jpg`);
  }
}
