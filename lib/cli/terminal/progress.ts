import { SingleBar } from 'cli-progress';

import { megabytes } from '../../base/format.js';

/** Shows the progress of long work. */
export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** The unit: steps, or bytes, for which the speed is shown. */
export type Counted = 'steps' | 'bytes';

/** A progress bar on standard error; shows nothing if that is not a terminal. */
export function createProgress(total: number, label: string, counted: Counted): Progress {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const count = counted === 'steps' ? '{value}/{total}' : '{amount} · {speed}/s';
  const bar = new SingleBar({
    format: `${label} {bar} ${count} · {eta_formatted} left {note}`,
    stream: process.stderr,
    barsize: 24,
    hideCursor: true,
    etaBuffer: 20,
  });
  const meter = new SpeedMeter();
  const amountOf = (done: number) => `${megabytes(done)} of ${megabytes(total)}`;
  bar.start(total, 0, { note: '', amount: amountOf(0), speed: '…' });
  return {
    update: (done, note = '') => {
      const speed = meter.measure(done, performance.now());
      bar.update(done, { note, amount: amountOf(done), speed: speed === null ? '…' : megabytes(speed) });
    },
    stop: () => bar.stop(),
  };
}

/** The average speed over the last seconds. */
export class SpeedMeter {
  readonly #marks: { readonly at: number; readonly done: number }[] = [];

  /** @param window in milliseconds */
  constructor(readonly window = 5000) {}

  /** @returns units per second; `null` at the first measurement */
  measure(done: number, now: number): number | null {
    this.#marks.push({ at: now, done });
    while (this.#marks.length > 2 && now - this.#marks[1]!.at >= this.window) this.#marks.shift();
    const [first] = this.#marks;
    if (first === undefined || now === first.at) return null;
    return (1000 * (done - first.done)) / (now - first.at);
  }
}
