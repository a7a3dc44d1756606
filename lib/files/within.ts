import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';

import { OneirosError } from '../base/errors.js';
import { fileError } from './failure.js';
import { describeLocation, type FileLocation } from './location.js';
import { pathOf } from './path.js';

/**
 * Where a file lies that another file, which is not to be trusted, names relative to itself: it must lie in that
 * file's folder or below, with symbolic links followed. Where `base` is itself a link (as in download caches), the
 * folder it leads to counts as well.
 * @throws OneirosError `bad-input` if it lies elsewhere, `not-found` if it is not there, `unsupported` beside a blob
 */
export async function pathWithin(file: FileLocation, location: string): Promise<FileLocation> {
  if (file instanceof Blob)
    throw new OneirosError(
      'unsupported',
      `${describeLocation(file)} keeps constants in ${JSON.stringify(location)}, which cannot be found beside a blob: give the model's path`,
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
    `${JSON.stringify(base)} refers to ${JSON.stringify(location)}, which lies outside its folder`,
  );
}

async function resolve(path: string): Promise<string> {
  return await realpath(path).catch((error: unknown) => {
    throw fileError('read', path, error);
  });
}
