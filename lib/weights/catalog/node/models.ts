import { check } from '../../../base/arguments.js';
import { kind } from '../../../base/kinds.js';
import type { CatalogEntry } from '../entry.js';
import { entryFor } from '../find.js';
import type { ModelStatus, Verification } from '../model-status.js';
import { pullKinds, type PullOptions } from '../pull-options.js';
import { modelPath } from './home.js';
import { locateEntry } from './locate.js';
import { removeEntry } from './pull.js';
import { readCatalog } from './read.js';
import { statusOf, verifyEntry } from './status.js';

export type { ModelStatus, Presence, Verification } from '../model-status.js';

// What programs can do with the catalog.

/** Every model of the catalog, and what there is of it here. */
export async function listModels(options: Pick<PullOptions, 'home'> = {}): Promise<readonly ModelStatus[]> {
  check('listModels', {}, options, { home: kind.text });
  const { home } = options;
  return Promise.all(Array.from(readCatalog().values(), (entry) => statusOf(entry, home)));
}

/**
 * Brings the whole file of a model here and verifies it; an interrupted download is resumed. Nothing is downloaded if it
 * is here. `onProgress` tells how far it is; `signal` stops it, and keeps what came.
 * @returns the file's path
 * @throws OneirosError `bad-argument` for an unknown name; `not-found` if no source has it; `bad-input` if what came is
 *   not what was published; `too-large` if the disk has no room; `runtime` if the network or the host does not work
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<string> {
  check('pullModel', { name: [name, kind.text] }, options, pullKinds);
  const entry = entryOf(name);
  const located = await locateEntry(entry, options);
  await located[Symbol.asyncDispose]();
  return modelPath(entry, options.home);
}

/**
 * Compares a model's file with its published checksum, and with what it was when it was pulled.
 * @throws OneirosError `bad-argument` for an unknown name
 */
export async function verifyModel(
  name: string,
  options: Pick<PullOptions, 'home' | 'signal'> = {},
): Promise<Verification> {
  check('verifyModel', { name: [name, kind.text] }, options, { home: kind.text, signal: kind.signal });
  const { home, signal } = options;
  return verifyEntry(entryOf(name), home, signal);
}

/**
 * Removes all that was pulled of a model.
 * @throws OneirosError `bad-argument` for an unknown name, or a model that came with the package
 */
export async function removeModel(name: string, options: PullOptions = {}): Promise<void> {
  check('removeModel', { name: [name, kind.text] }, options, pullKinds);
  await removeEntry(entryOf(name), options);
}

function entryOf(name: string): CatalogEntry {
  return entryFor(readCatalog(), name);
}
