import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';

import { readJson } from '../../../base/schema.js';
import { codeOf, fileError } from '../../../files/failure.js';
import { readSmallText } from '../../../files/read.js';

// Of the libraries, proper-lockfile has had no release since 2021. A lock here only keeps two processes from doing the same
// work twice: what is downloaded is verified before it is used, so that even two holders could not break a file.

/** A holder touches its lock so often … */
const heartbeat = 2_000;
/** … and is taken for dead when it has not for so long, whatever the reason: another machine, a number used again. */
const stale = 30_000;
const poll = 250;

export interface LockSettings {
  readonly signal?: AbortSignal | undefined;
  /** Is told once, if somebody else holds the lock. */
  readonly onWait?: (() => void) | undefined;
}

/**
 * Holds a lock until it is disposed; waits while another process, or another caller in this one, holds it. The lock of a
 * process that is gone is taken over.
 * @throws the signal's reason
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
      // Somebody who took us for dead may hold it by now.
      if ((await readSmallText(path)) === owner) await rm(path, { force: true });
    },
  };
}

/** Takes the lock of a dead holder away; only one of several who try succeeds, for a file can be renamed but once. */
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
  // Between reading and renaming another may have broken it, and taken it: then this is his, and goes back.
  if (renamed && (await readSmallText(aside)) !== owner) await rename(aside, path);
  else await rm(aside, { force: true });
  return true;
}

const holderSchema = v.object({ pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), host: v.string() });

function isDead(owner: string): boolean {
  const holder = readJson(holderSchema, owner);
  // A lock just made is still empty.
  if (holder?.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}
