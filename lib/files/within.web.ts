import { OneirosError } from '../base/errors.js';
import { describeLocation, type FileLocation } from './location.js';

/**
 * The browser twin of `within.ts`: resolves a relative address that an untrusted file contains. The result must be
 * inside that file's folder on the same server.
 * @throws OneirosError `bad-input` if it is outside the folder, `unsupported` for a blob
 */
export function pathWithin(file: FileLocation, location: string): Promise<FileLocation> {
  return new Promise((resolve) => resolve(resolveWithin(file, location)));
}

function resolveWithin(file: FileLocation, location: string): URL {
  if (file instanceof Blob)
    throw new OneirosError(
      'unsupported',
      `${describeLocation(file)} stores constants in ${JSON.stringify(location)}, which cannot be found from a blob: pass the model's address`,
    );
  const base = new URL(file, globalThis.location.href);
  const target = new URL(location, base);
  if (target.href.startsWith(new URL('.', base).href)) return target;
  throw new OneirosError(
    'bad-input',
    `${JSON.stringify(base.href)} refers to ${JSON.stringify(location)}, which is outside its folder`,
  );
}
