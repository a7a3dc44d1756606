import { readFileBytes } from '#files/read';
import { writeFileAtomic } from '#files/write';
import { check } from '../base/check-arguments.js';
import { messageOf, OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { describeLocation, type FileLocation } from '../files/location.js';
import { imageFormat } from '../image/codec/read-write.js';
import { type ClassMap, decodeLabels, encodeLabels, type LabelPicture } from './label-picture.js';

/**
 * Reads a mask from a file: see `decodeLabels`.
 * @throws OneirosError `not-found`, and as `decodeLabels`; the message names the file
 */
export async function readLabels(source: FileLocation): Promise<LabelPicture> {
  check('readLabels', { source: [source, kind.location] });
  const bytes = await readFileBytes(source, { keep: false });
  try {
    return await decodeLabels(bytes);
  } catch (error) {
    const code = error instanceof OneirosError ? error.code : 'bad-input';
    const text = `${describeLocation(source)} cannot be read as a mask: ${messageOf(error)}`;
    throw new OneirosError(code, text, { cause: error });
  }
}

/**
 * Writes a mask as a PNG file, atomically: see `encodeLabels`.
 * @param text further texts by keyword
 * @throws OneirosError `bad-argument` if `path` does not end in .png, and as `encodeLabels`; `not-found` if the folder
 *   is missing; `runtime` if the operating system refuses
 */
export async function writeLabels(
  path: string,
  map: ClassMap,
  text: Readonly<Record<string, string>> = {},
): Promise<void> {
  check('writeLabels', {
    path: [path, kind.text],
    map: [map, kind.classMap],
    text: [text, kind.textsByName],
  });
  if (imageFormat(path) !== 'png')
    throw new OneirosError(
      'bad-argument',
      `cannot write a mask to ${path}: JPEG does not keep values; use a name that ends in .png`,
    );
  await writeFileAtomic(path, await encodeLabels(map, text));
}
