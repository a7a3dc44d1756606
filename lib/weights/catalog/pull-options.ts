import { type OptionKinds, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import type { Patience } from '../download/timeouts.js';

/** How far a download has come. */
export interface PullStep {
  /** The model's name. */
  readonly model: string;
  /** Bytes that are here, those of an earlier attempt among them. */
  readonly done: number;
  /** Bytes that it will be. */
  readonly total: number;
}

/** How models that are not here yet are fetched. */
export interface PullOptions {
  /** The folder where models are kept. @default `ONEIROS_HOME`, else `oneiros` in the platform's folder for caches */
  readonly home?: string | undefined;
  /** Nothing is downloaded: what is not here is an error. @default whether `ONEIROS_OFFLINE` is set */
  readonly offline?: boolean | undefined;
  /** Where files are looked for by their names, instead of at their publishers'. @default `ONEIROS_MIRROR` */
  readonly mirror?: string | undefined;
  /** Is told what is going to be downloaded, and how much. @default a line on standard error */
  readonly announce?: ((text: string) => void) | undefined;
  /** Is told how far it has come, several times a second. */
  readonly onProgress?: ((step: PullStep) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long it waits for what, and how often it tries. */
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
