import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import { channelsFirst, channelsLast } from './contrib-parts.js';
import type { Expansion, Expansions } from './expansion.js';

/** LayerNormalization of the last axis: the result, and mean and inverse deviation if the node gives them. */
function layerNorm(c: Expansion, x: Value, scale: Value, bias: Value | undefined, withStatistics: boolean) {
  const epsilon = attr.float(c.node, 'epsilon', 1e-12);
  return c.b.ops('LayerNormalization', [x, scale, bias], withStatistics ? 3 : 1, {
    axis: -1,
    epsilon: { type: 'float', value: epsilon },
  });
}

/** LayerNormalization of a sum, which is the fourth result. */
function skipLayerNormalization(c: Expansion): void {
  const sum = skipSum(c, 4);
  const withStatistics = isUsed(c, 1) || isUsed(c, 2);
  const [y, mean, deviation] = layerNorm(c, sum, c.required(2), c.input(3), withStatistics);
  c.results([y, mean, deviation, sum]);
}

/** The input, what skips a layer, and a bias. */
function skipSum(c: Expansion, biasAt: number): Value {
  const sum = c.b.add(c.required(0), c.required(1));
  const bias = c.input(biasAt);
  return bias === undefined ? sum : c.b.add(sum, bias);
}

function isUsed(c: Expansion, output: number): boolean {
  return (c.node.outputs[output] ?? '') !== '';
}

/** x / √(mean(x²) + ε) over axes, times the scale, and the inverse of that root. */
function rootMeanSquare(b: Builder, x: Value, axes: readonly number[], epsilon: number, scale: Value) {
  const wide = inFloat32(b, x);
  const inverse = b.reciprocal(b.sqrt(b.add(b.mean(b.square(wide), axes), epsilon)));
  return [b.mul(b.castLike(b.mul(wide, inverse), scale), scale), inverse] as const;
}

/** Half floats in float32. */
function inFloat32(b: Builder, x: Value): Value {
  return x.type?.dtype === 'float16' ? b.cast(x, 'float32') : x;
}

function simplifiedLayerNormalization(c: Expansion): void {
  const { b, node } = c;
  const x = c.required(0);
  const rank = c.rank(x);
  const first = fromFront(attr.int(node, 'axis', -1), rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  c.results(rootMeanSquare(b, x, axes, attr.float(node, 'epsilon', 1e-5), c.required(1)));
}

function skipSimplifiedLayerNormalization(c: Expansion): void {
  const sum = skipSum(c, 3);
  const axes = [c.rank(sum) - 1];
  const [y, inverse] = rootMeanSquare(c.b, sum, axes, attr.float(c.node, 'epsilon', 1e-12), c.required(2));
  if (isUsed(c, 1)) c.fail('its output 1');
  c.results([y, undefined, inverse, sum]);
}

/** LayerNormalization of the sum of the embeddings of words, of positions, and of segments, if there are any. */
function embedLayerNormalization(c: Expansion): void {
  const { b, node } = c;
  const [words, segments, positions] = [c.required(0), c.input(1), c.input(8)];
  const positionTable = c.required(3);
  const position =
    positions === undefined
      ? b.slice(positionTable, [0], [0], b.dim(words, 1))
      : b.gather(positionTable, positions, 0);
  const embedded = b.add(b.gather(c.required(2), words, 0), position);
  const segmentTable = c.input(4);
  const sum =
    segments === undefined || segmentTable === undefined
      ? embedded
      : b.add(embedded, b.gather(segmentTable, segments, 0));
  const [y] = layerNorm(c, sum, c.required(5), c.required(6), false);
  if (isUsed(c, 1)) {
    const outputs = [b.fresh('embedded'), node.outputs[1] ?? ''];
    for (const value of b.append({ ...node, name: b.fresh('embed'), outputs })) c.stop(value);
  }
  c.results([y, undefined, sum]);
}

/** Each group of channels is normalized for itself; `activation` 1 is x · σ(x). */
function groupNorm(c: Expansion): void {
  const { b, node } = c;
  const isLast = attr.int(node, 'channels_last', 1) !== 0;
  const given = c.required(0);
  const x = isLast ? channelsFirst(b, given) : given;
  const groups = attr.int(node, 'groups');
  const of = (value: number) => b.expand(b.reshape(b.scalar(value, c.dtype(x)), [1]), [groups]);
  const normalized = b.op('InstanceNormalization', [b.reshape(x, [0, groups, -1]), of(1), of(0)], {
    epsilon: { type: 'float', value: attr.float(node, 'epsilon', 1e-5) },
  });
  const spatial = Array.from({ length: c.rank(x) - 2 }, () => 1);
  const perChannel = (index: number) => b.reshape(b.castLike(c.required(index), x), [-1, ...spatial]);
  const scaled = b.add(b.mul(b.reshape(normalized, b.shape(x)), perChannel(1)), perChannel(2));
  const y = attr.int(node, 'activation') === 0 ? scaled : b.mul(scaled, b.sigmoid(scaled));
  c.results([isLast ? channelsLast(b, y) : y]);
}

/** Normalization that ONNX Runtime's optimizer fuses with what surrounds it. */
export const fusedNormalization: Expansions = {
  SimplifiedLayerNormalization: simplifiedLayerNormalization,
  'com.microsoft.EmbedLayerNormalization': embedLayerNormalization,
  'com.microsoft.GroupNorm': groupNorm,
  'com.microsoft.SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipSimplifiedLayerNormalization,
};
