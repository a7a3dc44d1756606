import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';

import { OneirosError } from '../../base/errors.js';
import { fileError } from '../../files/file-errors.js';
import { readImage } from '../../image/codec/read-write.js';
import { readLabels } from '../../labels/files.js';
import { type LabelSurvey, LabelSurveyor, valuesOf } from '../../labels/survey.js';
import type { MaskedPicture } from '../../train/segmentation/masked-picture.js';

/** Pictures with their masks, and the kind and values of all masks. */
export interface MaskFolder {
  readonly pictures: readonly MaskedPicture[];
  readonly survey: LabelSurvey;
}

/**
 * Reads the pictures of `folder`/image and the masks of the same names in `folder`/label, sorted by name, with numbers
 * in names compared as numbers.
 * @param as `color` if classes are declared by colors, so that gray pictures are read as colors, too
 * @throws OneirosError `not-found` if a folder is missing; `bad-input` if a picture has no mask or one of another size,
 *   if two files have the same name, or if the masks are of different kinds
 */
export async function readMaskFolder(folder: string, as?: 'number' | 'color'): Promise<MaskFolder> {
  const [images, labels] = await Promise.all([listing(folder, 'image'), listing(folder, 'label')]);
  const masks = byName(labels, join(folder, 'label'));
  byName(images, join(folder, 'image'));
  const names = images.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (names.length === 0)
    throw new OneirosError('not-found', `there are no pictures in ${join(folder, 'image')}`);
  const read = await Promise.all(
    names.map(async (file) => {
      const { name } = parse(file);
      const maskFile = masks.get(name);
      if (maskFile === undefined)
        throw new OneirosError('bad-input', `${join(folder, 'label')} has no mask of ${file}`);
      const picture = await readImage(join(folder, 'image', file));
      const mask = await readLabels(join(folder, 'label', maskFile));
      if (mask.width !== picture.width || mask.height !== picture.height)
        throw new OneirosError(
          'bad-input',
          `${file} has ${picture.width}×${picture.height} pixels, but its mask has ${mask.width}×${mask.height}`,
        );
      return { name, picture, mask, maskFile };
    }),
  );
  const surveyor = new LabelSurveyor();
  for (const { mask, maskFile } of read) surveyor.add(maskFile, mask);
  const survey = surveyor.finish(as);
  const pictures = read.map(({ name, picture, mask }) => ({ name, picture, mask: valuesOf(mask, survey) }));
  return { pictures, survey };
}

/** Files by their names without endings. */
function byName(files: readonly string[], folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    const { name } = parse(file);
    const other = found.get(name);
    if (other !== undefined)
      throw new OneirosError(
        'bad-input',
        `${folder} has two files of the same name, ${other} and ${file}: keep one`,
      );
    found.set(name, file);
  }
  return found;
}

/** The files that {@link readMaskFolder} reads, as far as they exist. */
export async function maskFolderFiles(folder: string): Promise<readonly string[]> {
  const parts = (['image', 'label'] as const).map(async (part) =>
    (await listing(folder, part).catch(() => [])).map((file) => join(folder, part, file)),
  );
  return (await Promise.all(parts)).flat();
}

async function listing(folder: string, part: 'image' | 'label'): Promise<readonly string[]> {
  const path = join(folder, part);
  const files = await readdir(path).catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  return files.filter((file) => /\.(png|jpe?g|bmp|tiff?|gif)$/i.test(file));
}
