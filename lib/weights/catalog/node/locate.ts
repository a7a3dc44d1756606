import { existsSync } from 'node:fs';

import { OneirosError } from '../../../base/errors.js';
import { megabytes } from '../../../base/format.js';
import { withDefaults } from '../../../base/option-table.js';
import { Http } from '../../download/node/http.js';
import { patienceDefaults } from '../../download/timeouts.js';
import type { CatalogEntry, Task } from '../entry.js';
import { entryFor, findEntry } from '../find.js';
import type { Located, LocateOptions } from '../located.js';
import { modelPath, withEnvironment } from './home.js';
import { openPartial } from './partial.js';
import { pullWhole } from './pull.js';
import { readCatalog } from './read.js';
import { isWhole } from './receipt.js';

/**
 * Finds a model of the catalog and pulls it if it is not here yet; `null` if the catalog has no model of that name. In
 * browsers `mirror` is the address of the folder with the catalog and the models, a copy of `onnx-models/`.
 * @throws OneirosError `bad-argument` if it is not for `task` (if given); `not-found` if its file is not here and no
 *   source has it; otherwise as `pullModel`
 */
export async function locateModel(
  name: string,
  task: Task | undefined,
  options: LocateOptions = {},
): Promise<Located | null> {
  const catalog = readCatalog();
  if (findEntry(catalog, name) === undefined) return null;
  return locateEntry(entryFor(catalog, name, task), options);
}

/** The same for an entry of any catalog. */
export async function locateEntry(entry: CatalogEntry, options: LocateOptions): Promise<Located> {
  const path = modelPath(entry, options.home);
  if (entry.source.kind === 'shipped') return inPlace(entry, shippedFile(entry, path));
  if (await isWhole(path)) return inPlace(entry, path);
  const http = new Http(withDefaults(patienceDefaults, options.patience ?? {}));
  try {
    const settings = withEnvironment(options);
    const { partial } = options;
    const source =
      partial === undefined || entry.format === 'onnx'
        ? null
        : await openPartial(entry, (weights) => partial(weights, entry), http, settings);
    if (source !== null) return { entry, source, [Symbol.asyncDispose]: () => closeBoth(source, http) };
    if (settings.offline) throw notHere(entry);
    const whole = await pullWhole(entry, http, settings);
    await http[Symbol.asyncDispose]();
    return inPlace(entry, whole);
  } catch (error) {
    await http[Symbol.asyncDispose]();
    throw error;
  }
}

async function closeBoth(source: AsyncDisposable, http: AsyncDisposable): Promise<void> {
  await source[Symbol.asyncDispose]();
  await http[Symbol.asyncDispose]();
}

/** A local file, which needs no cleanup. */
function inPlace(entry: CatalogEntry, path: string): Located {
  return { entry, source: path, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** @throws OneirosError `not-found` if the package was installed or built without it */
function shippedFile({ name }: CatalogEntry, path: string): string {
  if (existsSync(path)) return path;
  throw new OneirosError(
    'not-found',
    `${name} is shipped with the package, but ${JSON.stringify(path)} is missing: reinstall oneiros, or, in a checkout, see onnx-models/README.md`,
  );
}

function notHere({ name, size }: CatalogEntry): OneirosError {
  const amount = size === null ? '' : ` (${megabytes(size.bytes)})`;
  return new OneirosError(
    'not-found',
    `${name}${amount} is not here, and downloads are off (--offline, ONEIROS_OFFLINE): run oneiros models pull ${name} while online`,
  );
}
