import { check } from '../../../base/check-arguments.js';
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

// The public functions for the catalog.

/** Lists all models of the catalog, and which part of each is available locally. */
export async function listModels(options: Pick<PullOptions, 'home'> = {}): Promise<readonly ModelStatus[]> {
  check('listModels', {}, options, { home: kind.text });
  const { home } = options;
  return Promise.all(Array.from(readCatalog().values(), (entry) => statusOf(entry, home)));
}

/**
 * Downloads the whole file of a model and verifies it. Resumes an interrupted download; downloads nothing if the file
 * is here already. Aborting `signal` stops the download and keeps the received bytes.
 * @returns the file's path
 * @throws OneirosError `bad-argument` for an unknown name; `not-found` if no source has it; `bad-input` if the received
 *   file is not the published one; `too-large` if the disk is full; `runtime` if the network or the server fails; the
 *   signal's reason after an abort
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<string> {
  check('pullModel', { name: [name, kind.text] }, options, pullKinds);
  const entry = entryOf(name);
  const located = await locateEntry(entry, options);
  await located[Symbol.asyncDispose]();
  return modelPath(entry, options.home);
}

/**
 * Compares a model's file with its published checksum, and with its checksum at the pull.
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
 * Removes all files that were pulled for a model.
 * @throws OneirosError `bad-argument` for an unknown name, or a model that is shipped with the package
 */
export async function removeModel(name: string, options: PullOptions = {}): Promise<void> {
  check('removeModel', { name: [name, kind.text] }, options, pullKinds);
  await removeEntry(entryOf(name), options);
}

function entryOf(name: string): CatalogEntry {
  return entryFor(readCatalog(), name);
}
