import { anySize } from '../facts/dim.js';
import { dtypeOf, type Inference, type Inferences, known, requireRank, shapeOf } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';

/** Rows of (batch, class, box), as many as are kept. */
const nonMaxSuppression: Inference = () => [known('int64', [anySize, 3])];

/** One map of fixed size for each of the regions, which are `[regions, 4]`. */
const roiAlign: Inference = (node, inputs) => {
  const [x, , images] = inputs;
  const channels = requireRank(node, inputs, 0, 4)?.[1] ?? anySize;
  const count = shapeOf(inputs[1])?.[0] ?? shapeOf(images)?.[0] ?? anySize;
  const size = [attr.int(node, 'output_height', 1), attr.int(node, 'output_width', 1)];
  return [known(dtypeOf(x), [count, channels, ...size])];
};

export const detection: Inferences = {
  NonMaxSuppression: nonMaxSuppression,
  RoiAlign: roiAlign,
};
