import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { OneirosError } from '../errors.js';
import { fileError } from '../files/failure.js';
import { readImage } from '../files/image.js';
import type { Image } from '../image/image.js';
import type { MaskedPicture } from '../train/masked-picture.js';

/**
 * Reads the pictures of `folder`/image and the masks of the same names in `folder`/label, in the order of the numbers in
 * their names.
 * @throws OneirosError `not-found` if a folder is missing; `bad-input` if a picture has no mask, or one of another size
 */
export async function readMaskFolder(folder: string): Promise<readonly MaskedPicture[]> {
  const [images, labels] = await Promise.all([listing(folder, 'image'), listing(folder, 'label')]);
  const masks = new Map(labels.map((file) => [parse(file).name, file]));
  const names = images.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (names.length === 0)
    throw new OneirosError('not-found', `there are no pictures in ${join(folder, 'image')}`);
  return Promise.all(
    names.map(async (file) => {
      const { name } = parse(file);
      const maskFile = masks.get(name);
      if (maskFile === undefined)
        throw new OneirosError('bad-input', `${join(folder, 'label')} has no mask of ${file}`);
      const picture = await readImage(join(folder, 'image', file));
      const mask = await readImage(join(folder, 'label', maskFile));
      if (mask.width !== picture.width || mask.height !== picture.height)
        throw new OneirosError(
          'bad-input',
          `${file} is ${picture.width}×${picture.height} pixels, but its mask ${mask.width}×${mask.height}`,
        );
      return { name, picture, mask: greyValues(mask) };
    }),
  );
}

/** The files that are read of a folder, if they are there. */
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

/** Masks are grey: their red plane, as numbers of a byte. */
function greyValues({ width, height, data }: Image): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => Math.round(255 * data[i]!));
}
