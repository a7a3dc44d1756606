import { isEqual, mul } from '../../facts/dim.js';
import { isGiven } from '../../facts/facts.js';
import { attr } from '../../graph/attributes.js';
import type { Dim } from '../../graph/graph.js';
import type { Check, Checks } from './requirements.js';

const secondIsSingle: Check = (of) => of.single(1);

const axisOfFirst =
  (otherwise: number): Check =>
  (of) =>
    of.axis('axis', otherwise);

/** Statistics and parameters with one number for each channel. */
const perChannel =
  (...inputs: readonly number[]): Check =>
  (of) => {
    for (const input of inputs) of.vector(input);
  };

/** Scale and bias broadcast to the axes that are normalized. */
const layerNormalization: Check = (of) => {
  const shape = of.shape(0);
  for (const input of [1, 2]) {
    const given = of.shape(input);
    if (shape === null || given === null) continue;
    const fits = given.every(
      (size, i) =>
        isEqual(size, 1) !== false || isEqual(size, shape[i - given.length + shape.length] ?? 1) !== false,
    );
    if (!fits || given.length > shape.length)
      of.fail(`input ${input} [${given.join(', ')}] does not broadcast to [${shape.join(', ')}]`);
  }
};

/** One number for each group up to operator set 20, for each channel since. */
const groupNormalization: Check = (of) => {
  const [channels, groups] = [of.size(0, 1), attr.int(of.node, 'num_groups')];
  for (const input of [1, 2]) {
    of.vector(input);
    const size = of.size(input, 0);
    if (size !== null && channels !== null && isEqual(size, groups) === false)
      of.same(`numbers of input ${input} and channels`, size, channels);
  }
};

/** Scale and zero point: one number, one for each index of an axis, or one for each block. */
const quantizeLinear: Check = (of) => {
  const scale = of.shape(1);
  if (scale === null) return;
  const isSingle = scale.length < 2 && scale.every((size) => size === 1);
  if (isSingle) of.single(2);
  else if (isGiven(of.node, 2)) of.shaped(2, scale);
  const isWhole = scale.every((size) => isEqual(size, 1) !== false);
  if (scale.length !== 1 || isWhole) return;
  of.axis('axis', 1);
  of.same('numbers of the scale and size of its axis', scale[0]!, of.size(0, attr.int(of.node, 'axis', 1)));
};

/** X [steps, batch, inputs], W [directions, gates · hidden, inputs], R [directions, gates · hidden, hidden]. */
const recurrent =
  (gates: number, activations: number): Check =>
  (of) => {
    const { node } = of;
    const directions = attr.string(node, 'direction', 'forward') === 'bidirectional' ? 2 : 1;
    const batch = of.size(0, attr.int(node, 'layout', 0) === 0 ? 1 : 0);
    const hidden = attr.has(node, 'hidden_size') ? attr.int(node, 'hidden_size') : of.size(2, 2);
    const rows = hidden === null ? null : mul(hidden, gates);
    of.shaped(0, [null, null, null]);
    of.shaped(1, [directions, rows, of.size(0, 2)]);
    of.shaped(2, [directions, rows, hidden]);
    of.shaped(3, [directions, rows === null ? null : mul(rows, 2)]);
    of.vector(4, batch);
    const state: readonly (Dim | null)[] =
      attr.int(node, 'layout', 0) === 0 ? [directions, batch, hidden] : [batch, directions, hidden];
    of.shaped(5, state);
    of.shaped(6, state);
    of.shaped(7, [directions, hidden === null ? null : mul(hidden, 3)]);
    of.attribute('activations', directions * activations);
  };

const det: Check = (of) => of.same('rows and columns', of.size(0, -2), of.size(0, -1));

const classificationLoss: Check = (of) => {
  const scores = of.shape(0);
  if (scores === null) return;
  of.shaped(1, [scores[0] ?? null, ...scores.slice(2)]);
  of.vector(2, scores[1] ?? null);
};

/** Operators with parameters in addition to their data: normalization, quantization, recurrence, losses, signals. */
export const parameterChecks: Checks = [
  ['BatchNormalization', perChannel(1, 2, 3, 4)],
  ['BlackmanWindow', (of) => of.single(0)],
  ['Clip', (of) => of.single(1, 2)],
  ['CumSum', secondIsSingle],
  ['DequantizeLinear', quantizeLinear],
  ['Det', det],
  ['DFT', (of) => of.single(1, 2)],
  ['Dropout', (of) => of.single(1, 2)],
  ['GroupNormalization', groupNormalization],
  ['GRU', recurrent(3, 2)],
  ['HammingWindow', (of) => of.single(0)],
  ['HannWindow', (of) => of.single(0)],
  ['Hardmax', axisOfFirst(-1)],
  ['InstanceNormalization', perChannel(1, 2)],
  ['LayerNormalization', layerNormalization],
  ['LogSoftmax', axisOfFirst(-1)],
  ['LpNormalization', axisOfFirst(-1)],
  ['LSTM', recurrent(4, 3)],
  ['MeanVarianceNormalization', (of) => of.axis('axes', 0)],
  ['MelWeightMatrix', (of) => of.single(0, 1, 2, 3, 4)],
  ['NegativeLogLikelihoodLoss', classificationLoss],
  ['QuantizeLinear', quantizeLinear],
  ['RNN', recurrent(1, 1)],
  ['Softmax', axisOfFirst(-1)],
  ['SoftmaxCrossEntropyLoss', classificationLoss],
  ['STFT', (of) => of.single(1, 3)],
];
