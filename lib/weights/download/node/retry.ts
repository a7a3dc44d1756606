import { setTimeout as sleep } from 'node:timers/promises';

import type { Patience } from '../timeouts.js';
import { TransientError } from './transient-error.js';

export interface AttemptSettings {
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
  /** The bytes received so far: progress since the last failure resets the count of failures. */
  readonly progress: () => number;
}

/** The bytes that must arrive after a failure to reset the count. */
const progressThreshold = 2 ** 20;

/**
 * Runs a task, and retries it after transient failures with increasing pauses.
 * @throws the last failure
 */
export async function attempt<T>(task: () => Promise<T>, settings: AttemptSettings): Promise<T> {
  const { patience, signal, progress } = settings;
  let failures = 0;
  let before = progress();
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await task();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      if (progress() - before >= progressThreshold) failures = 0;
      before = progress();
      if (++failures >= patience.attempts) throw error;
      await sleep(pause(failures, error.wait, patience), undefined, signal && { signal });
    }
  }
}

/**
 * The server's Retry-After, or exponential backoff with up to half subtracted at random, so that clients spread out.
 */
function pause(failures: number, wait: number | null, { backoff, longestWait }: Patience): number {
  const own = backoff * 2 ** (failures - 1) * (1 - Math.random() / 2);
  return Math.min(wait ?? own, longestWait);
}
