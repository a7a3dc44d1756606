import { attr } from '../attributes.js';
import { anySize, isAtLeastZero } from './dim.js';
import {
  axisOf,
  contradiction,
  dtypeOf,
  type Inference,
  type Inferences,
  isGiven,
  known,
  requireRank,
  shapeOf,
} from './facts.js';

/** Rows of (batch, class, box), as many as survive. */
const nonMaxSuppression: Inference = () => [known('int64', [anySize, 3])];

/** One row of places for each axis. */
const nonZero: Inference = (_, [x]) => [known('int64', [shapeOf(x)?.length ?? anySize, anySize])];

/** The k largest values along an axis, and their places. */
const topK: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null), known('int64', null)];
  const axis = axisOf(node, inputs, attr.int(node, 'axis', -1), shape.length);
  const [given = anySize] = isGiven(node, 1) ? (inputs[1]?.content ?? []) : [attr.int(node, 'k')];
  const k = isAtLeastZero(given) ? given : anySize;
  const size = shape[axis]!;
  if (typeof given === 'number' && (given < 0 || (typeof size === 'number' && given > size)))
    throw contradiction(node, inputs, `there are no ${given} largest of ${size} values`);
  return [known(dtypeOf(x), shape.with(axis, k)), known('int64', shape.with(axis, k))];
};

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
  NonZero: nonZero,
  RoiAlign: roiAlign,
  TopK: topK,
};
