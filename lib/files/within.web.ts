import { OneirosError } from '../base/errors.js';
import { describeLocation, type FileLocation } from './location.js';

/**
 * As `within.ts` has it in Node: where a file lies that another, which is not to be trusted, names relative to itself; it
 * must lie in the same folder of the same server, or below.
 * @throws OneirosError `bad-input` if it lies elsewhere, `unsupported` beside a blob
 */
export function pathWithin(file: FileLocation, location: string): Promise<FileLocation> {
  return new Promise((resolve) => resolve(resolveWithin(file, location)));
}

function resolveWithin(file: FileLocation, location: string): URL {
  if (file instanceof Blob)
    throw new OneirosError(
      'unsupported',
      `${describeLocation(file)} keeps constants in ${JSON.stringify(location)}, which cannot be found beside a blob: give the model's address`,
    );
  const base = new URL(file, globalThis.location.href);
  const target = new URL(location, base);
  if (target.href.startsWith(new URL('.', base).href)) return target;
  throw new OneirosError(
    'bad-input',
    `${JSON.stringify(base.href)} refers to ${JSON.stringify(location)}, which lies outside its folder`,
  );
}
