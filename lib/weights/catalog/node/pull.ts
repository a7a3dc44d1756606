import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { messageOf, OneirosError } from '../../../base/errors.js';
import { fileError } from '../../../files/failure.js';
import { removeBlocks } from '../../download/node/blocks.js';
import { sha256Of } from '../../download/node/hash.js';
import type { Http } from '../../download/node/http.js';
import { lock } from '../../download/node/lock.js';
import { downloadWhole, type Expected, finish, forget } from '../../download/node/resumable-download.js';
import { megabytes } from '../amount.js';
import type { CatalogEntry, Checksum } from '../entry.js';
import type { PullOptions } from '../pull-options.js';
import { modelPath } from './home.js';
import { isWhole, receiptPath, writeReceipt } from './receipt.js';

/** How far a size may be from one that was rounded. */
const rounding = 0.1;
/** The largest file that is taken where nothing is known of its size. */
const largest = 4 * 2 ** 30;

/**
 * Brings the whole file of a model here and verifies it; what is here already stays as it is.
 * @returns its path
 * @throws OneirosError `not-found` if it is nowhere to be had; `bad-input` if what came is something else; `too-large` if the
 *   disk has no room; `runtime` if the network or the host does not work
 */
export async function pullWhole(entry: CatalogEntry, http: Http, options: PullOptions): Promise<string> {
  const path = modelPath(entry, options.home);
  if (await isWhole(path)) return path;
  const held = await holdModel(path, entry, options);
  try {
    // Somebody else may have pulled it in the meantime.
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

/** The lock that whoever changes a model's files holds, and the folder for them. */
export async function holdModel(
  path: string,
  { name }: CatalogEntry,
  { signal, announce }: PullOptions,
): Promise<AsyncDisposable> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw fileError('write', dirname(path), error);
  }
  return lock(`${path}.lock`, {
    signal,
    onWait: () => (announce ?? sayOnStandardError)(`${name}: waiting for another process that is pulling it`),
  });
}

/** Where to look, in this order: at the mirror alone, if there is one. */
export function addressesOf({ source, file }: CatalogEntry, { mirror }: PullOptions): readonly string[] {
  if (mirror === undefined) return source.kind === 'download' ? source.addresses : [];
  const base = URL.canParse(mirror) ? new URL(mirror.replace(/\/?$/, '/')) : null;
  if (base !== null && /^https?:$/.test(base.protocol) && base.username === '')
    return [new URL(file, base).href];
  throw new OneirosError(
    'bad-argument',
    `the mirror ${JSON.stringify(mirror)} is no address: expected something like https://models.example.org/oneiros/`,
  );
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
  if (!agrees(sha256, entry.checksum)) {
    await forget(part);
    throw new OneirosError(
      'bad-input',
      `${address} is not ${entry.name}: ${difference(sha256, entry.checksum)}`,
    );
  }
  const { size } = await stat(part);
  await writeReceipt(path, { size, sha256 });
  await finish(part, path);
  await removeBlocks(path);
  onProgress?.({ model: entry.name, done: size, total: size });
}

/** What a model's file has to be like. */
export function expectedOf({ size, checksum }: CatalogEntry): Expected {
  const isVerified = checksum.kind !== 'none';
  if (size === null) return { smallest: 1, largest, isVerified };
  const slack = size.exact ? 0 : Math.ceil(size.bytes * rounding);
  return { smallest: size.bytes - slack, largest: size.bytes + slack, isVerified };
}

/** Whether a file of this sha256 is what it should be, as far as anybody knows. */
export function agrees(sha256: string, checksum: Checksum): boolean {
  return checksum.kind === 'none' || sha256.startsWith(checksum.digest);
}

export function difference(sha256: string, checksum: Checksum): string {
  const expected = checksum.kind === 'none' ? '?' : checksum.digest;
  return `its sha256 is ${sha256}, expected ${expected}${checksum.kind === 'sha256-prefix' ? '…' : ''} (${checksum.from})`;
}

function announceWhole(entry: CatalogEntry, options: PullOptions): void {
  const { name, checksum, size } = entry;
  const from = new Set(addressesOf(entry, options).map((address) => new URL(address).host));
  const unverified =
    checksum.kind === 'none' ? '; nobody has published its checksum, so it cannot be verified' : '';
  const amount = size === null ? 'a file of unknown size' : megabytes(size.bytes);
  (options.announce ?? sayOnStandardError)(
    `${name}: downloading ${amount} from ${[...from][0] ?? 'nowhere'} (${entry.licence})${unverified}`,
  );
}

export function sayOnStandardError(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Ten times a second at the most. */
export function throttled(
  report: (done: number, total: number) => void,
): (done: number, total: number) => void {
  let last = -Infinity;
  return (done, total) => {
    const now = performance.now();
    if (now - last < 100) return;
    last = now;
    report(done, total);
  };
}

/**
 * Removes all there is of a model.
 * @throws OneirosError `bad-argument` for one that came with the package
 */
export async function removeEntry(entry: CatalogEntry, options: PullOptions): Promise<void> {
  if (entry.source.kind === 'shipped')
    throw new OneirosError('bad-argument', `${entry.name} came with the package, and stays`);
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
