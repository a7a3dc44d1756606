import { type OptionKinds, optionsOf, required } from '../../base/check-arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
import { count, flag, number, type OptionValues, seed } from '../../base/option-table.js';
import type { Model } from '../../onnx/graph/graph.js';
import type { UpdateRule } from '../../optim/update-rule.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import type { TrainingTask } from '../graph/graph.js';
import type { RunIdentity } from './checkpoint-format.js';
import type { CheckpointStore } from './checkpoint-store.js';
import type { Augmentation } from './data.js';
import type { TrainingSchedule } from './schedule.js';

/** The numeric options and flags of a training run. */
export const fitOptions = {
  epochs: count(1, 'passes over all samples'),
  steps: count(0, 'number of updates, instead of epochs; 0: given by the epochs', 0),
  batch: number(1, 'samples per batch', { min: 1, max: 10_000, integer: true }),
  accumulate: count(1, 'batches whose gradients one update averages'),
  shuffle: flag(true, 'shuffle the samples in each epoch'),
  seed: seed(0, 'random seed of the order and the augmentation'),
  clip: number(
    0,
    'largest norm of the gradient over all weights: a larger gradient is scaled down; 0: no limit',
    {
      min: 0,
    },
  ),
  checkpointEvery: count(0, 'updates between two checkpoints; 0: one per epoch', 0),
  validateEvery: count(0, 'updates between two validations; 0: one per epoch', 0),
} as const;

/** What `fitOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface FitParameters {
  /**
   * Passes over all samples. A whole number from 1 to 1000000.
   * @default 1
   */
  readonly epochs?: number | undefined;
  /**
   * Number of updates, instead of epochs; 0: given by the epochs. A whole number from 0 to 1000000.
   * @default 0
   */
  readonly steps?: number | undefined;
  /**
   * Samples per batch. A whole number from 1 to 10000.
   * @default 1
   */
  readonly batch?: number | undefined;
  /**
   * Batches whose gradients one update averages. A whole number from 1 to 1000000.
   * @default 1
   */
  readonly accumulate?: number | undefined;
  /**
   * Shuffle the samples in each epoch.
   * @default true
   */
  readonly shuffle?: boolean | undefined;
  /**
   * Random seed of the order and the augmentation. A whole number.
   * @default 0
   */
  readonly seed?: number | undefined;
  /**
   * Largest norm of the gradient over all weights: a larger gradient is scaled down; 0: no limit. A number
   * of at least 0.
   * @default 0
   */
  readonly clip?: number | undefined;
  /**
   * Updates between two checkpoints; 0: one per epoch. A whole number from 0 to 1000000.
   * @default 0
   */
  readonly checkpointEvery?: number | undefined;
  /**
   * Updates between two validations; 0: one per epoch. A whole number from 0 to 1000000.
   * @default 0
   */
  readonly validateEvery?: number | undefined;
}

export type FitSettings = OptionValues<typeof fitOptions>;

export interface FitOptions extends FitParameters, TrainingTask {
  readonly optimizer: UpdateRule;
  /** The factor of the optimizer's learning rate during the run. @default constant() */
  readonly schedule?: TrainingSchedule | undefined;
  readonly augment?: Augmentation | undefined;
  /** Computes figures of the current model, which the step reports; called every `validateEvery` updates. */
  readonly validate?: ((model: Model) => Promise<Readonly<Record<string, number>>>) | undefined;
  /** Where the state is saved and loaded at the start: a run that was killed resumes and gives the same weights. */
  readonly checkpoint?: CheckpointStore | undefined;
  /**
   * Further values that must be equal to resume from a checkpoint, such as settings of the optimizer or the
   * augmentation.
   */
  readonly recipe?: RunIdentity | undefined;
  /** Ends the run between two steps; the iterator rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Where the graph runs: threads, provider, isolation. */
  readonly placement?: Placement | undefined;
}

export const fitKinds: OptionKinds<FitOptions> = {
  ...fitOptions,
  loss: required(kind.loss),
  wrt: kind.texts,
  stopGradient: kind.texts,
  batchNorm: oneOf('batch', 'fixed'),
  recompute: kind.flag,
  metrics: kind.texts,
  optimizer: required(kind.updateRule),
  schedule: kind.function,
  augment: kind.function,
  validate: kind.function,
  checkpoint: kind.checkpointStore,
  recipe: kind.object,
  signal: kind.signal,
  placement: optionsOf(placementKinds),
};
