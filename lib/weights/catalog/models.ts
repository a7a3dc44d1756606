import type { CatalogEntry } from './entry.js';
import type { ModelStatus, Verification } from './node/status.js';
import type { PullOptions, PullStep } from './pull-options.js';

// What programs can do with the catalogue. All of it needs a file system.

/** Every model of the catalogue, and what there is of it here. */
export async function listModels({ home }: Pick<PullOptions, 'home'> = {}): Promise<readonly ModelStatus[]> {
  const { readCatalog } = await import('./node/read.js');
  const { statusOf } = await import('./node/status.js');
  return Promise.all(Array.from(readCatalog().values(), (entry) => statusOf(entry, home)));
}

/**
 * Brings the whole file of a model here, step by step, and verifies it; an interrupted download is gone on with. Nothing is
 * downloaded if it is here.
 * @throws OneirosError `bad-argument` for an unknown name; `not-found` if it is nowhere to be had; `bad-input` if what came is
 *   not what was published; `too-large` if the disk has no room; `runtime` if the network or the host does not work
 */
export async function* pullModel(name: string, options: PullOptions = {}): AsyncGenerator<PullStep, string> {
  const { pullSteps } = await import('./node/steps.js');
  return yield* pullSteps(await entryOf(name), options);
}

/**
 * Compares a model's file with its published checksum, and with what it was when it was pulled.
 * @throws OneirosError `bad-argument` for an unknown name
 */
export async function verifyModel(
  name: string,
  { home, signal }: Pick<PullOptions, 'home' | 'signal'> = {},
): Promise<Verification> {
  const { verifyEntry } = await import('./node/status.js');
  return verifyEntry(await entryOf(name), home, signal);
}

/**
 * Removes all that was pulled of a model.
 * @throws OneirosError `bad-argument` for an unknown name, or a model that came with the package
 */
export async function removeModel(name: string, options: PullOptions = {}): Promise<void> {
  const { removeEntry } = await import('./node/pull.js');
  return removeEntry(await entryOf(name), options);
}

async function entryOf(name: string): Promise<CatalogEntry> {
  const { readCatalog } = await import('./node/read.js');
  const { entryFor } = await import('./find.js');
  return entryFor(readCatalog(), name);
}
