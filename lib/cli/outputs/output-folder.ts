import { basename, extname, join } from 'node:path';

import { OneirosError } from '../../base/errors.js';
import { OutputFlag } from '../flags/checked-files.js';

/** A flag for the folder of the output pictures. */
export function outputFolderFlag(about: string): OutputFlag {
  return new OutputFlag('-o, --out <folder>', about, 'folder', (folder, { pictures }) =>
    folder === undefined ? [] : pictures.map(outputFolder(folder, pictures)),
  );
}

/**
 * The output path of each picture in a folder. JPEG files stay JPEG; every other format becomes PNG.
 * @param lossless whether JPEG files become PNG as well
 * @throws OneirosError `bad-argument` if two pictures would be written to the same file
 */
export function outputFolder(
  folder: string,
  paths: readonly string[],
  { lossless = false } = {},
): (path: string) => string {
  const origins = new Map<string, string>();
  for (const path of paths) {
    const target = join(folder, nameOf(path, lossless));
    const other = origins.get(target);
    if (other !== undefined)
      throw new OneirosError('bad-argument', `${other} and ${path} would both be written to ${target}`);
    origins.set(target, path);
  }
  return (path) => join(folder, nameOf(path, lossless));
}

function nameOf(path: string, lossless: boolean): string {
  return !lossless && isJpeg(path) ? basename(path) : `${basename(path, extname(path))}.png`;
}

export function isJpeg(path: string): boolean {
  return /\.jpe?g$/i.test(path);
}
