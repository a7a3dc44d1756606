import { having } from './forms.js';
import { isRecord, type Kind } from './kind.js';

/** Optimization and training. */
export const trainingKinds = {
  updateRule: { expected: 'an update rule, as adam() returns it', fits: having('rate', 'start') },
  schedule: {
    expected: 'a number, or a function of the number of updates',
    fits: (value) => typeof value === 'number' || typeof value === 'function',
  },
  loss: {
    expected: 'a loss, as crossEntropy() returns it, or the name of a value in the model',
    fits: (value) => typeof value === 'function' || typeof value === 'string',
  },
  losses: {
    expected: 'losses by name, each a loss or [weight, loss]',
    fits: (value) =>
      isRecord(value) &&
      Object.values(value).every((item) => typeof item === 'function' || Array.isArray(item)),
  },
  trainingData: { expected: 'training data, { length, sample }', fits: having('length', 'sample') },
  checkpointStore: {
    expected: 'a checkpoint store, as checkpointFile() returns it',
    fits: having('load', 'save'),
  },
  labeledPicture: {
    expected: 'a labeled picture, { picture, boxes, labels }',
    fits: having('picture', 'boxes', 'labels'),
  },
  terms: {
    expected: 'values of the graph, { scores, labels, boxes, targets }',
    fits: having('scores', 'labels', 'boxes', 'targets'),
  },
  unetParameters: {
    expected: "a U-Net's parameters, as initialUNet() returns them",
    fits: having('encoder', 'head'),
  },
} as const satisfies Readonly<Record<string, Kind>>;
