import { createProgress, type Counted, type Progress } from './progress.js';

export const exitCode = { ok: 0, failed: 1, usage: 2 } as const;

/** What commands print and how they are stopped: results go to standard output, everything else to standard error. */
export interface Terminal {
  /** One result: with `json`, the object on a line of its own; otherwise the text. */
  result(value: object, text: string, json: boolean | undefined): void;
  /** A line on standard error. */
  say(text: string): void;
  /** The one clear line of an error. */
  complain(text: string): void;
  /** The same for one item of many: the work goes on, and the exit code becomes 1. */
  fail(text: string): void;
  readonly failures: number;
  /** A bar on standard error; nothing where that is not a terminal. */
  progress(total: number, label: string, counted?: Counted): Progress;
  /** Aborts on the first Ctrl-C, so that work ends cleanly with what there is; a second one quits at once. */
  readonly signal: AbortSignal;
  close(): void;
}

export function createTerminal(): Terminal {
  const controller = new AbortController();
  const bars = new Set<Progress>();
  let failures = 0;
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    say('Stopping after this step; Ctrl-C again quits at once.');
    controller.abort(new Error('stopped by Ctrl-C'));
  };
  process.on('SIGINT', interrupt);
  return {
    result: (value, text, json) => process.stdout.write(`${json === true ? JSON.stringify(value) : text}\n`),
    say,
    complain: (text) => say(`oneiros: ${text}`),
    fail: (text) => {
      failures++;
      say(`oneiros: ${text}`);
    },
    get failures() {
      return failures;
    },
    progress: (total, label, counted = 'steps') => {
      const bar = createProgress(total, label, counted);
      bars.add(bar);
      return bar;
    },
    signal: controller.signal,
    close: () => {
      // A bar that a failure has left would keep the process alive.
      for (const bar of bars) bar.stop();
      process.off('SIGINT', interrupt);
    },
  };
}
