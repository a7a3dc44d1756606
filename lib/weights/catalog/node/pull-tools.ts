import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { fileError } from '../../../files/file-errors.js';
import { lock } from '../../download/node/lock.js';
import type { CatalogEntry } from '../entry.js';
import type { PullOptions } from '../pull-options.js';

// Shared by pulls of whole files and of single tensors.

/** Acquires the lock that is required to change a model's files; creates their folder. */
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
    onWait: () =>
      (announce ?? printToStandardError)(`${name}: waiting for another process that is pulling it`),
  });
}

export function printToStandardError(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Limits reports to ten per second. */
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
