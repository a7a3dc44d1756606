import { codec } from '#codec';
import { readFileBytes } from '#files/read';
import { writeFileAtomic } from '#files/write';
import { check } from '../../base/check-arguments.js';
import { messageOf, OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { describeLocation, type FileLocation } from '../../files/location.js';
import type { Image } from '../image.js';
import { fromPixels } from '../pixels.js';
import { decodeImage, encodeImage } from './decode-encode.js';
import {
  decodeDefaults,
  decodeKinds,
  type DecodeOptions,
  encodeKinds,
  type EncodeOptions,
  type OutputFormat,
} from './options.js';
import type { Drawable } from './platform-codec.js';

/**
 * The source of a picture: a file (a path in Node, an address in browsers, a URL, a `File` or a `Blob`), the bytes of a
 * file, or, in browsers, a drawable object: `<img>`, `<canvas>`, `<video>`, `ImageBitmap`, `ImageData`.
 */
export type PictureLocation = FileLocation | Uint8Array | Drawable;

/**
 * Reads a picture from a file (JPEG with its EXIF orientation applied, PNG, GIF, BMP or TIFF) or from an element of a
 * page.
 * @throws OneirosError `not-found`; `bad-input` for a damaged file; `unsupported` for other formats; `too-large` for
 *   more than `maxPixels`. The message names the file
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
 * Writes a picture as PNG or JPEG, by the path's extension, and atomically. On a page, the browser downloads it.
 * @throws OneirosError `bad-argument` for another extension or options that {@link encodeImage} rejects; `not-found` if
 *   the folder is missing; `runtime` if the operating system refuses
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

/** The format for a path's extension. @throws OneirosError `bad-argument` for another extension */
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
