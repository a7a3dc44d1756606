import { attr } from '../attributes.js';
import type { Node } from '../graph.js';
import { isEqual } from './dim.js';
import {
  axisOf,
  contradiction,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  requireRank,
  sameAsFirst,
  shapeOf,
} from './facts.js';

/** Parameters with one number for each channel of `[n, c, …]`. */
function requirePerChannel(node: Node, inputs: readonly Facts[], parameters: readonly number[]): void {
  const channels = requireRank(node, inputs, 0, 2, true)?.[1];
  for (const index of parameters) {
    const size = shapeOf(inputs[index])?.[0];
    if (channels !== undefined && size !== undefined && isEqual(size, channels) === false)
      throw contradiction(node, inputs, `input ${index} has ${size} numbers for ${channels} channels`);
  }
}

/** Normalized y; in training mode the running mean and variance as well. */
const batchNormalization: Inference = (node, inputs) => {
  const [x, , , mean, variance] = inputs;
  if (x?.type?.shape?.length !== 1) requirePerChannel(node, inputs, [1, 2, 3, 4]);
  return [
    known(dtypeOf(x), shapeOf(x)),
    ...[mean, variance].map((each) => known(dtypeOf(each), shapeOf(each))),
  ];
};

const instanceNormalization: Inference = (node, inputs) => {
  requirePerChannel(node, inputs, [1, 2]);
  return [known(dtypeOf(inputs[0]), shapeOf(inputs[0]))];
};

/** y, and the mean and inverse deviation with the normalized axes of size 1. */
const layerNormalization: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null), known('float32', null), known('float32', null)];
  const axis = axisOf(node, inputs, attr.int(node, 'axis', -1), shape.length);
  const statistics = known(
    'float32',
    shape.map((size, i) => (i < axis ? size : 1)),
  );
  return [known(dtypeOf(x), shape), statistics, statistics];
};

const lrn: Inference = (node, inputs) => {
  requireRank(node, inputs, 0, 3, true);
  return [known(dtypeOf(inputs[0]), shapeOf(inputs[0]))];
};

export const normalization: Inferences = {
  LpNormalization: sameAsFirst,
  MeanVarianceNormalization: sameAsFirst,
  BatchNormalization: batchNormalization,
  GroupNormalization: sameAsFirst,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LRN: lrn,
};
