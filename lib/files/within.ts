import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';

import { OneirosError } from '../base/errors.js';
import { fileError } from './file-errors.js';
import { describeLocation, type FileLocation } from './location.js';
import { pathOf } from './path.js';

/**
 * Resolves a relative path that an untrusted file contains. With symbolic links followed, the result must be inside
 * that file's folder. If `file` is itself a link (as in download caches), the folder of its target is allowed as well.
 * @throws OneirosError `bad-input` if it is outside the folder, `not-found` if it does not exist, `unsupported` for a
 *   blob
 */
export async function pathWithin(file: FileLocation, location: string): Promise<FileLocation> {
  if (file instanceof Blob)
    throw new OneirosError(
      'unsupported',
      `${describeLocation(file)} stores constants in ${JSON.stringify(location)}, which cannot be found from a blob: pass the model's path`,
    );
  const base = pathOf(file);
  const isOutside =
    isAbsolute(location) || /^[a-z]:/i.test(location) || /(^|[\\/])\.\.([\\/]|$)/.test(location);
  const target = isOutside ? '' : await resolve(join(dirname(base), location));
  const folders = [await resolve(dirname(base)), dirname(await resolve(base))];
  if (folders.some((folder) => target.startsWith(folder.endsWith(sep) ? folder : folder + sep)))
    return target;
  throw new OneirosError(
    'bad-input',
    `${JSON.stringify(base)} refers to ${JSON.stringify(location)}, which is outside its folder`,
  );
}

async function resolve(path: string): Promise<string> {
  return await realpath(path).catch((error: unknown) => {
    throw fileError('read', path, error);
  });
}
