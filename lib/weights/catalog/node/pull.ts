import { rm, stat } from 'node:fs/promises';

import { messageOf, OneirosError } from '../../../base/errors.js';
import { megabytes } from '../../../base/format.js';
import { removeBlocks } from '../../download/node/blocks.js';
import { sha256Of } from '../../download/node/hash.js';
import type { Http } from '../../download/node/http.js';
import { downloadWhole, finish, forget } from '../../download/node/resumable-download.js';
import type { CatalogEntry } from '../entry.js';
import type { PullOptions } from '../pull-options.js';
import { addressesOf, checksumDifference, expectedOf, matchesChecksum } from './expected-file.js';
import { modelPath } from './home.js';
import { holdModel, printToStandardError, throttled } from './pull-tools.js';
import { isWhole, receiptPath, writeReceipt } from './receipt.js';

/**
 * Downloads the whole file of a model and verifies it; does nothing if it is here already.
 * @returns its path
 * @throws OneirosError `not-found` if no source has it; `bad-input` if the received file is not the published one;
 *   `too-large` if the disk is full; `runtime` if the network or the server fails
 */
export async function pullWhole(entry: CatalogEntry, http: Http, options: PullOptions): Promise<string> {
  const path = modelPath(entry, options.home);
  if (await isWhole(path)) return path;
  const held = await holdModel(path, entry, options);
  try {
    // Another process may have pulled it in the meantime.
    if (!(await isWhole(path))) await pullFromAny(entry, path, http, options);
    return path;
  } finally {
    await held[Symbol.asyncDispose]();
  }
}

async function pullFromAny(
  entry: CatalogEntry,
  path: string,
  http: Http,
  options: PullOptions,
): Promise<void> {
  announceWhole(entry, options);
  const failures: OneirosError[] = [];
  for (const address of addressesOf(entry, options)) {
    try {
      await fetchFrom(address, path, { entry, http, options });
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof OneirosError) || error.code === 'too-large') throw error;
      failures.push(error);
    }
  }
  const [first = new OneirosError('not-found', `${entry.name} has no address`), ...others] = failures;
  throw new OneirosError(first.code, [first, ...others].map(messageOf).join('; '), { cause: first });
}

interface Fetching {
  readonly entry: CatalogEntry;
  readonly http: Http;
  readonly options: PullOptions;
}

async function fetchFrom(address: string, path: string, { entry, http, options }: Fetching): Promise<void> {
  const { signal, onProgress } = options;
  const expected = expectedOf(entry);
  const part = await downloadWhole(address, path, {
    http,
    expected,
    signal,
    onProgress: throttled((done, total) => onProgress?.({ model: entry.name, done, total })),
  });
  const sha256 = await sha256Of(part, signal);
  if (!matchesChecksum(sha256, entry.checksum)) {
    await forget(part);
    throw new OneirosError(
      'bad-input',
      `${address} is not ${entry.name}: ${checksumDifference(sha256, entry.checksum)}`,
    );
  }
  const { size } = await stat(part);
  await writeReceipt(path, { size, sha256 });
  await finish(part, path);
  await removeBlocks(path);
  onProgress?.({ model: entry.name, done: size, total: size });
}

function announceWhole(entry: CatalogEntry, options: PullOptions): void {
  const { name, checksum, size } = entry;
  const from = new Set(addressesOf(entry, options).map((address) => new URL(address).host));
  const unverified =
    checksum.kind === 'none' ? '; its checksum is not published, so it cannot be verified' : '';
  const amount = size === null ? 'a file of unknown size' : megabytes(size.bytes);
  (options.announce ?? printToStandardError)(
    `${name}: downloading ${amount} from ${[...from][0] ?? 'nowhere'} (${entry.licence})${unverified}`,
  );
}

/**
 * Removes all files of a model.
 * @throws OneirosError `bad-argument` for a model that is shipped with the package
 */
export async function removeEntry(entry: CatalogEntry, options: PullOptions): Promise<void> {
  if (entry.source.kind === 'shipped')
    throw new OneirosError('bad-argument', `${entry.name} is shipped with the package and cannot be removed`);
  const path = modelPath(entry, options.home);
  const held = await holdModel(path, entry, options);
  try {
    await rm(path, { force: true });
    await rm(receiptPath(path), { force: true });
    await forget(`${path}.part`);
    await removeBlocks(path);
  } finally {
    await held[Symbol.asyncDispose]();
  }
}
