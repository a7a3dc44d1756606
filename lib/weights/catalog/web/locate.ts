import { readFileBytes } from '#files/read';
import { messageOf, OneirosError } from '../../../base/errors.js';
import { download } from '../../../files/download.js';
import { type Catalog, parseCatalog, type Task } from '../entry.js';
import { entryFor, findEntry } from '../find.js';
import type { Located, LocateOptions } from '../located.js';

/**
 * `locateModel` for browsers: the models are in a folder on the page's host, or on another host that allows it (CORS).
 * Returns `null` without the folder's address, `mirror`.
 */
export async function locateModel(
  name: string,
  task: Task | undefined,
  options: LocateOptions = {},
): Promise<Located | null> {
  const { mirror, announce, onProgress, signal } = options;
  if (mirror === undefined) return null;
  const folder = new URL(mirror.endsWith('/') ? mirror : `${mirror}/`, globalThis.location.href);
  const catalog = await catalogAt(new URL('catalog.json', folder));
  if (findEntry(catalog, name) === undefined) return null;
  const entry = entryFor(catalog, name, task);
  const address = new URL(entry.file, folder).href;
  announce?.(`${entry.name} is loaded from ${address}`);
  // A later read of the address is served from the browser's cache.
  if (onProgress !== undefined)
    await download(address, {
      signal,
      progress: ({ loaded, total }) =>
        onProgress({ model: entry.name, done: loaded, total: total ?? entry.size?.bytes ?? loaded }),
    });
  return { entry, source: address, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function catalogAt(address: URL): Promise<Catalog> {
  const list = await readFileBytes(address);
  try {
    return parseCatalog(new TextDecoder().decode(list));
  } catch (error) {
    // Many servers send their start page for an address that does not exist.
    throw new OneirosError(
      'bad-input',
      `${address.href} is not the catalog.json that comes with the models: ${messageOf(error)}`,
    );
  }
}
