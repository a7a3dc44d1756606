import { OneirosError } from '../../base/errors.js';
import { type Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { activationsOf, weightedSum } from '../common/losses.js';

/**
 * The objective at each layer, with activations a:
 * - `l2`    ½ mean a²: the gradient at the layer is its activation, so strong activations become stronger. Mordvintsev
 *   et
 *           al. (2015) use the sum; the mean makes values comparable between octaves and weights between layers, and
 *           the normalized step is the same.
 * - `mean`  mean a, as in the TensorFlow tutorials
 */
export type ObjectiveKind = 'l2' | 'mean';

/** A layer's activations, or one channel of them, and their weight. */
export interface ObjectiveTerm {
  /** The value in the graph, 1×C×H×W or 1×C. */
  readonly value: string;
  /** Only this channel. @default all */
  readonly channel?: number | undefined;
  readonly weight: number;
}

/** Features to dream toward, by name of the layer's value: 1×C×h×w constants of the graph. */
export type GuideFeatures = ReadonlyMap<string, Value>;

/** The weighted sum of the terms' objectives, a value of shape [1]. */
export function addObjective(
  b: Builder,
  terms: readonly ObjectiveTerm[],
  kind: ObjectiveKind,
  guide: GuideFeatures = new Map(),
): Value {
  return weightedSum(
    b,
    terms.map(({ value, channel, weight }) => {
      const layer = b.value(value);
      const toward = guide.get(value);
      const objective =
        toward === undefined
          ? energy(b, channelOf(b, layer, channel), kind)
          : guidance(b, channelOf(b, layer, channel), channelOf(b, toward, channel));
      return [objective, weight] as const;
    }),
  );
}

function energy(b: Builder, activations: Value, kind: ObjectiveKind): Value {
  return kind === 'l2' ? b.mul(b.mean(b.square(activations)), 0.5) : b.mean(activations);
}

/**
 * The mean over positions of the dot product with the guide's best-matching feature vector. Its gradient at the layer
 * is that vector, as in the DeepDream notebook (Mordvintsev et al., 2015).
 */
function guidance(b: Builder, layer: Value, guide: Value): Value {
  const matches = b.matmul(b.swap(activationsOf(b, layer)), activationsOf(b, guide));
  return b.mean(b.max(matches, [1]));
}

function channelOf(b: Builder, layer: Value, channel: number | undefined): Value {
  if (channel === undefined) return layer;
  const channels = shapeOf(layer)[1];
  if (typeof channels === 'number' && channel >= channels)
    throw new OneirosError(
      'bad-argument',
      `${layer.name} has channels 0 to ${channels - 1}; there is no channel ${channel}`,
    );
  return b.slice(layer, [1], [channel], [channel + 1]);
}
