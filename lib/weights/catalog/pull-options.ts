import { type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Patience } from '../download/timeouts.js';

/** The progress of a download. */
export interface PullStep {
  /** The model's name. */
  readonly model: string;
  /** Bytes received so far, including those of earlier attempts. */
  readonly done: number;
  /** Bytes in total. */
  readonly total: number;
}

/** How to fetch models that are not available locally. */
export interface PullOptions {
  /** The folder for models. @default `ONEIROS_HOME`, otherwise `oneiros` in the platform's folder for caches */
  readonly home?: string | undefined;
  /** Download nothing and throw if a model is not available locally. @default whether `ONEIROS_OFFLINE` is set */
  readonly offline?: boolean | undefined;
  /**
   * The address of a folder to download files from by name, instead of from their publishers.
   * @default `ONEIROS_MIRROR`
   */
  readonly mirror?: string | undefined;
  /** Called with a line about what will be downloaded, and how much. @default prints it to standard error */
  readonly announce?: ((text: string) => void) | undefined;
  /** Called with the progress, at most ten times per second. */
  readonly onProgress?: ((step: PullStep) => void) | undefined;
  /** Stops the download; the received bytes are kept. */
  readonly signal?: AbortSignal | undefined;
  /** Timeouts and retries. */
  readonly patience?: Partial<Patience> | undefined;
}

const patienceKinds: OptionKinds<Partial<Patience>> = {
  attempts: kind.number,
  backoff: kind.number,
  longestWait: kind.number,
  answer: kind.number,
  idle: kind.number,
  window: kind.number,
  slowest: kind.number,
};

export const pullKinds: OptionKinds<PullOptions> = {
  home: kind.text,
  offline: kind.flag,
  mirror: kind.text,
  announce: kind.function,
  onProgress: kind.function,
  signal: kind.signal,
  patience: optionsOf(patienceKinds),
};
