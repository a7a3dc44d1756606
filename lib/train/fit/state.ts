import type { Model } from '../../onnx/graph/graph.js';
import type { RuleState } from '../../optim/update-rule.js';
import type { FeedSizes } from '../graph/graph.js';
import type { LearnedWeights } from '../graph/parameters.js';

/** What a step tells of itself. */
export interface StepFigures {
  /** The loss of this step's samples, and the other figures of the graph, by the weights before the update. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Euclidean length of the gradient, before clipping. */
  readonly gradientNorm: number;
}

/** What is known of the last update. */
export interface LastStep {
  /** Updates done. */
  readonly step: number;
  readonly figures: StepFigures;
  /** What the validation after it gave; `null` if there was none, or not yet. */
  readonly validation: Readonly<Record<string, number>> | null;
}

/** All that the rest of a run depends on, besides the model, the data and the options. */
export interface TrainingState extends LastStep {
  /** The trained weights and the running statistics, by name. */
  readonly learned: LearnedWeights;
  readonly optimizer: RuleState;
  /** What the graph has been made for; `undefined` for any sizes. */
  readonly sizes: FeedSizes | undefined;
}

/** The state after an update. */
export interface TrainingStep {
  /** Updates done, of how many. */
  readonly done: number;
  readonly total: number;
  /** How often each sample has been seen so far: 1.5 in the middle of the second epoch. */
  readonly epoch: number;
  /** The loss of this step's samples, and the other figures of the graph, by the weights before the update. */
  readonly value: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Euclidean length of the gradient, before clipping. */
  readonly gradientNorm: number;
  /** What `validate` gave, after those steps that it was asked for. */
  readonly validation: Readonly<Record<string, number>> | null;
  /** A copy of what has been learned so far: weights, and running statistics of batch normalizations. */
  readonly weights: () => LearnedWeights;
  /** The model that was given, with these weights. */
  readonly model: () => Model;
}
