import { existsSync } from 'node:fs';
import { OneirosError } from '../../../errors.js';
import type { CatalogEntry, Task } from '../entry.js';
import { entryFor, findEntry } from '../find.js';
import type { LocateOptions, Located } from '../locate.js';
import { readCatalog, shippedPath } from './read.js';

/** What `locateModel` does where there is a file system. */
export function locate(name: string, task: Task, options: LocateOptions): Promise<Located | null> {
  const catalog = readCatalog();
  if (findEntry(catalog, name) === undefined) return Promise.resolve(null);
  const entry = entryFor(catalog, name, task);
  if (entry.source.kind === 'shipped') return Promise.resolve(inPlace(entry, shippedFile(entry)));
  throw new OneirosError('unsupported', `${entry.name} cannot be pulled yet ${String(options.offline)}`);
}

/** A file that may stay open, for it is no one's but the reader's. */
function inPlace(entry: CatalogEntry, path: string): Located {
  return { entry, source: path, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** @throws OneirosError `not-found` if the package was installed or built without it */
function shippedFile({ name, file }: CatalogEntry): string {
  const path = shippedPath(file);
  if (existsSync(path)) return path;
  throw new OneirosError(
    'not-found',
    `${name} should have come with the package, as ${JSON.stringify(path)}, but is not there: install oneiros again, or, in a checkout, see onnx-models/README.md`,
  );
}
