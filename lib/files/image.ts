import { extname } from 'node:path';
import { messageOf, OneirosError } from '../errors.js';
import type { DecodeOptions, EncodeOptions, OutputFormat } from '../image/files.js';
import type { Image } from '../image/image.js';
import { decodeImage, encodeImage } from '../image/node.js';
import { readFileBytes } from './read.js';
import { writeFileAtomic } from './write.js';

/**
 * The picture in a file: JPEG (turned as its EXIF says), PNG, GIF, BMP or TIFF.
 * @throws OneirosError `not-found`; `bad-input` for a damaged file; `too-large`; each names the file
 */
export async function readImage(path: string, options: Partial<DecodeOptions> = {}): Promise<Image> {
  const bytes = await readFileBytes(path);
  try {
    return await decodeImage(bytes, options);
  } catch (error) {
    const code = error instanceof OneirosError ? error.code : 'bad-input';
    throw new OneirosError(code, `${path}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Writes a picture whole or not at all, as PNG or JPEG by its name's ending.
 * @throws OneirosError `bad-argument` for another ending
 */
export async function writeImage(
  path: string,
  image: Image,
  options: Partial<EncodeOptions> = {},
): Promise<void> {
  const format = imageFormat(path);
  await writeFileAtomic(path, await encodeImage(image, format, options));
}

/** The format that a name's ending asks for. */
export function imageFormat(path: string): OutputFormat {
  switch (extname(path).toLowerCase()) {
    case '.png':
      return 'png';
    case '.jpg':
    case '.jpeg':
      return 'jpeg';
    default:
      throw new OneirosError('bad-argument', `cannot write ${path}: its name must end in .png or .jpg`);
  }
}
