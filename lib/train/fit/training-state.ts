import type { Model } from '../../onnx/graph/graph.js';
import type { RuleState } from '../../optim/update-rule.js';
import type { FeedSizes } from '../graph/graph.js';
import type { LearnedWeights } from '../graph/parameters.js';

/** The figures of a step. */
export interface StepFigures {
  /** The mean loss of this step's samples, with the weights before the update. */
  readonly loss: number;
  /** The means of the metrics, with the weights before the update. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** The L2 norm of the gradient, before clipping. */
  readonly gradientNorm: number;
}

/** The last update. */
export interface LastStep {
  /** The number of updates done. */
  readonly step: number;
  readonly figures: StepFigures;
  /** The result of the validation after it; `null` if there is none yet. */
  readonly validation: Readonly<Record<string, number>> | null;
}

/** Everything that the rest of a run depends on, besides the model, the data and the options. */
export interface TrainingState extends LastStep {
  /** The trained weights and the running statistics, by name. */
  readonly learned: LearnedWeights;
  readonly optimizer: RuleState;
  /** The sizes that the graph was made for; `undefined` for any sizes. */
  readonly sizes: FeedSizes | undefined;
}

/** The state after an update. */
export interface TrainingStep {
  /** The number of updates done. */
  readonly done: number;
  /** The number of all updates. */
  readonly total: number;
  /** The number of epochs so far: 1.5 in the middle of the second. */
  readonly epoch: number;
  /** The mean loss of this step's samples, with the weights before the update. */
  readonly value: number;
  /** The means of the metrics, with the weights before the update. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** The L2 norm of the gradient, before clipping. */
  readonly gradientNorm: number;
  /** The result of `validate`; `null` after steps without a validation. */
  readonly validation: Readonly<Record<string, number>> | null;
  /** A copy of the weights and the running statistics of batch normalizations. */
  readonly weights: () => LearnedWeights;
  /** The trained model: the given one with the current weights. */
  readonly model: () => Model;
}
