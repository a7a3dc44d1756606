import type { CatalogEntry } from '../entry.js';
import type { PullOptions, PullStep } from '../pull-options.js';
import { modelPath } from './home.js';
import { locateEntry } from './locate.js';

/** Pulls a model whole; what `onProgress` is told comes as steps. */
export async function* pullSteps(
  entry: CatalogEntry,
  options: PullOptions,
): AsyncGenerator<PullStep, string> {
  const controller = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal;
  let latest: PullStep | null = null;
  let wake: () => void = () => undefined;
  let ended = false;
  const pulling = locateEntry(entry, {
    ...options,
    signal,
    onProgress: (step) => {
      latest = step;
      options.onProgress?.(step);
      wake();
    },
  }).finally(() => {
    ended = true;
    wake();
  });
  // A failure is thrown below, when the steps are over.
  pulling.catch(() => undefined);
  try {
    for (;;) {
      const step = take();
      if (step !== null) yield step;
      else if (isEnded()) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    await pulling;
    return modelPath(entry, options.home);
  } finally {
    // Whoever stops listening does not want the rest.
    if (!isEnded()) controller.abort(new Error('the download was left'));
    await pulling.catch(() => undefined);
  }

  function take(): PullStep | null {
    const step = latest;
    latest = null;
    return step;
  }
  function isEnded(): boolean {
    return ended;
  }
}
