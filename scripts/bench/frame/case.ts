import type { Bench } from './bench.js';

/** One measurement of a contender. */
export interface Sample {
  /** In the case's unit. */
  readonly value: number;
  /** What was computed (a loss, the norm of a gradient), to compare with the other contenders. */
  readonly figures?: readonly number[];
}

/** One implementation of a case. */
export interface Contender extends AsyncDisposable {
  /** The name of its column: `oneiros`, `PyTorch`, `compiled` … */
  readonly name: string;
  /** Whether it has already run once, and needs no round to warm up. @default false */
  readonly isWarm?: boolean;
  run(): Promise<Sample>;
}

/** A row of a suite's table. */
export interface Case {
  readonly name: string;
  /** The side of a picture in pixels. Cases with one name and several sizes are a curve of cost against size. */
  readonly size?: number;
  /** Whether `--quick` runs it too. @default false */
  readonly quick?: boolean;
  /** The number of rounds, if a run takes so long that the usual number is too many. */
  readonly rounds?: number;
  /** @default 'ms' */
  readonly unit?: 'ms' | 's' | 'MB';
  /** The largest relative difference of two contenders' figures. @default 1e-3 */
  readonly tolerance?: number;
  /** The largest median of this library's values that is not a failure. */
  readonly limit?: number;
  /** Opens the contenders, this library first. The others take turns with it; those that are missing are left out. */
  open(bench: Bench): Promise<readonly Contender[]>;
}

/** A contender from a function that runs it. @param dispose frees what the contender holds */
export function contender(
  name: string,
  run: () => Promise<Sample>,
  dispose: () => Promise<unknown> = () => Promise.resolve(),
): Contender {
  return {
    name,
    run,
    async [Symbol.asyncDispose]() {
      await dispose();
    },
  };
}

/** Milliseconds that a task takes, with the figures that it returns. */
export async function timed(task: () => Promise<readonly number[]>): Promise<Sample> {
  const start = performance.now();
  const figures = await task();
  return { value: performance.now() - start, figures };
}
