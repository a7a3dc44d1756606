import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { OneirosError } from '../errors.js';

/**
 * Makes a folder for what is made of pictures, and tells where each goes: photographs stay JPEG files, everything else
 * becomes a PNG file.
 * @throws OneirosError `bad-argument` if two pictures would be written to the same file
 */
export async function outputFolder(
  folder: string,
  paths: readonly string[],
): Promise<(path: string) => string> {
  const origins = new Map<string, string>();
  for (const path of paths) {
    const target = join(folder, nameOf(path));
    const other = origins.get(target);
    if (other !== undefined)
      throw new OneirosError('bad-argument', `${other} and ${path} would both be written to ${target}`);
    origins.set(target, path);
  }
  await mkdir(folder, { recursive: true });
  return (path) => join(folder, nameOf(path));
}

function nameOf(path: string): string {
  const ending = extname(path);
  return /^\.jpe?g$/i.test(ending) ? basename(path) : `${basename(path, ending)}.png`;
}
