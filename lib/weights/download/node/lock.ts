import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';

import { readJson } from '../../../base/schema.js';
import { codeOf, fileError } from '../../../files/file-errors.js';
import { readSmallText } from '../../../files/read.js';

// No library: proper-lockfile has had no release since 2021. This lock only prevents two processes from doing the same
// work: downloads are verified before they are used, so even two holders could not corrupt a file.

/** The interval in ms at which a holder updates its lock's modification time. */
const heartbeat = 2_000;
/** After this many ms without an update a lock counts as stale, even if its holder may run on another machine. */
const stale = 30_000;
const poll = 250;

export interface LockSettings {
  readonly signal?: AbortSignal | undefined;
  /** Called once if the lock is held already. */
  readonly onWait?: (() => void) | undefined;
}

/**
 * Acquires a lock and holds it until it is disposed; waits while another process, or another caller in this process,
 * holds it. Takes over the lock of a process that has ended.
 * @throws the signal's reason after an abort
 */
export async function lock(path: string, { signal, onWait }: LockSettings = {}): Promise<AsyncDisposable> {
  const owner = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  for (let waited = false; ; waited = true) {
    signal?.throwIfAborted();
    if (await take(path, owner)) return held(path, owner);
    if (await breakIfStale(path)) continue;
    if (!waited) onWait?.();
    await sleep(poll, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}

async function take(path: string, owner: string): Promise<boolean> {
  try {
    await using file = await open(path, 'wx');
    await file.writeFile(owner);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw fileError('write', path, error);
  }
}

function held(path: string, owner: string): AsyncDisposable {
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeat);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      // Another process may have broken this lock as stale and hold it now.
      if ((await readSmallText(path)) === owner) await rm(path, { force: true });
    },
  };
}

/**
 * Removes the lock of a dead holder. Of several processes that try, only one succeeds: a file can be renamed only once.
 */
async function breakIfStale(path: string): Promise<boolean> {
  const owner = await readSmallText(path);
  if (owner === null) return true;
  const changed = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
  if (changed === null) return true;
  if (!isDead(owner) && Date.now() - changed < stale) return false;
  const aside = `${path}.${randomUUID()}`;
  const renamed = await rename(path, aside).then(
    () => true,
    () => false,
  );
  // Between reading and renaming, another process may have broken and acquired the lock: then restore it.
  if (renamed && (await readSmallText(aside)) !== owner) await rename(aside, path);
  else await rm(aside, { force: true });
  return true;
}

const holderSchema = v.object({ pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), host: v.string() });

function isDead(owner: string): boolean {
  const holder = readJson(holderSchema, owner);
  // A new lock file is still empty.
  if (holder?.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}
