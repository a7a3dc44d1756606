import { setTimeout as sleep } from 'node:timers/promises';

import type { Patience } from '../timeouts.js';
import { TransientError } from './failure.js';

export interface AttemptSettings {
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
  /** How much has come so far: a failure after which it got on is not counted. */
  readonly progress: () => number;
}

/** So much has to come between two failures for the first not to count. */
const progressThreshold = 2 ** 20;

/**
 * Tries something again for as long as its failures may pass, with longer and longer pauses.
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

/** As long as the server asks, or twice as long each time; up to half of it at random, so that not all come back at once. */
function pause(failures: number, wait: number | null, { backoff, longestWait }: Patience): number {
  const own = backoff * 2 ** (failures - 1) * (1 - Math.random() / 2);
  return Math.min(wait ?? own, longestWait);
}
