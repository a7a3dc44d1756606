import { anySize } from '../facts/dim.js';
import {
  contradiction,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  requireRank,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Node } from '../graph/graph.js';

/**
 * X [steps, batch, inputs] → every hidden state [steps, directions, batch, hidden], and the last one (and the last
 * cell state) [directions, batch, hidden]; `layout` 1 puts the batch in front in all of them.
 */
const recurrent: Inference = (node, inputs) => {
  const dtype = dtypeOf(inputs[0]);
  const x = requireRank(node, inputs, 0, 3) ?? [anySize, anySize];
  const batchFirst = attr.int(node, 'layout', 0) !== 0;
  const [steps, batch] = [x[batchFirst ? 1 : 0]!, x[batchFirst ? 0 : 1]!];
  const directions = attr.string(node, 'direction', 'forward') === 'bidirectional' ? 2 : 1;
  const hidden = hiddenSize(node, inputs);
  const last = known(dtype, batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]);
  return [
    known(dtype, batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]),
    last,
    last,
  ];
};

/** The attribute, or the number of columns of the recurrent weights [directions, gates · hidden, hidden]. */
function hiddenSize(node: Node, inputs: readonly Facts[]): Dim {
  const fromWeights = shapeOf(inputs[2])?.[2];
  if (!attr.has(node, 'hidden_size')) return fromWeights ?? anySize;
  const size = attr.int(node, 'hidden_size');
  if (typeof fromWeights === 'number' && fromWeights !== size)
    throw contradiction(
      node,
      inputs,
      `hidden_size ${size} differs from the recurrent weights' ${fromWeights}`,
    );
  return size;
}

export const recurrence: Inferences = {
  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,
};
