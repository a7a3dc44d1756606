import { basename, extname, join } from 'node:path';
import { OneirosError } from '../errors.js';
import { OutputFlag } from './checked-files.js';

/** A flag for the folder that what is made of the pictures goes to. */
export function outputFolderFlag(about: string): OutputFlag {
  return new OutputFlag('-o, --out <folder>', about, 'folder', (folder, { pictures }) =>
    folder === undefined ? [] : pictures.map(outputFolder(folder, pictures)),
  );
}

/**
 * Where in a folder what is made of each picture goes: photographs stay JPEG files, everything else becomes a PNG file.
 * @throws OneirosError `bad-argument` if two pictures would be written to the same file
 */
export function outputFolder(folder: string, paths: readonly string[]): (path: string) => string {
  const origins = new Map<string, string>();
  for (const path of paths) {
    const target = join(folder, nameOf(path));
    const other = origins.get(target);
    if (other !== undefined)
      throw new OneirosError('bad-argument', `${other} and ${path} would both be written to ${target}`);
    origins.set(target, path);
  }
  return (path) => join(folder, nameOf(path));
}

function nameOf(path: string): string {
  const ending = extname(path);
  return /^\.jpe?g$/i.test(ending) ? basename(path) : `${basename(path, ending)}.png`;
}
