import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { broadcasting, type Cotangents, rule, type RuleTable } from './rule.js';
import { spatialAxes } from './window.js';

export const normalization: RuleTable = {
  // y = γ (x − μ) / √(σ² + ε) + β with the statistics given, per channel; those are not differentiated
  BatchNormalization: rule(3, ({ b, node, dy, x: [x, scale, , mean, variance] }) => {
    if (attr.int(node, 'training_mode', 0) === 1) return trainingBatchNorm(b, node, dy, x, scale);
    if (mean === undefined || variance === undefined) return [];
    const perChannel = (v: Value) => b.reshape(v, [-1, ...spatialAxes(x).map(() => 1)]);
    const inverse = b.reciprocal(b.sqrt(b.add(variance, attr.float(node, 'epsilon', 1e-5))));
    const others = [0, ...spatialAxes(x)];
    return [
      () => b.mul(dy, perChannel(b.mul(scale, inverse))),
      () => b.mul(b.sum(b.mul(dy, b.sub(x, perChannel(mean))), others, false), inverse),
      () => b.sum(dy, others, false),
    ];
  }),
  // y = γ x̂ + β with x̂ = (x − μ) / √(σ² + ε), statistics over each image's channel
  InstanceNormalization: rule(3, ({ b, node, dy, x: [x, scale] }) => {
    const axes = spatialAxes(x);
    const perChannel = b.reshape(scale, [-1, ...axes.map(() => 1)]);
    const { xhat, inverse } = standardize(b, x, axes, attr.float(node, 'epsilon', 1e-5));
    return [
      () => standardizeCotangent(b, b.mul(dy, perChannel), xhat, inverse, axes),
      () => b.sum(b.mul(dy, xhat), [0, ...axes], false),
      () => b.sum(dy, [0, ...axes], false),
    ];
  }),
  // The same over the last axes, from `axis` on (Ba, Kiros and Hinton, 2016).
  LayerNormalization: broadcasting(2, ({ b, node, dy, x: [x, scale] }) => {
    const first = axisOf(attr.int(node, 'axis', -1), x);
    const axes = Array.from({ length: rankOf(x) - first }, (_, i) => first + i);
    const { xhat, inverse } = standardize(b, x, axes, attr.float(node, 'epsilon', 1e-5));
    return [
      () => standardizeCotangent(b, b.mul(dy, scale), xhat, inverse, axes),
      () => b.mul(dy, xhat),
      () => dy,
    ];
  }),
  LpNormalization: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const axes = [axisOf(attr.int(node, 'axis', -1), x)];
    const norm = attr.int(node, 'p', 2) === 1 ? b.sum(b.abs(x), axes) : b.sqrt(b.sum(b.square(x), axes));
    const direction = attr.int(node, 'p', 2) === 1 ? b.sign(x) : y;
    const along = b.sum(b.mul(dy, y), axes);
    return [b.div(b.sub(dy, b.mul(direction, along)), norm)];
  }),
  // y = x · s^−β with s = bias + α/size · Σ x² over the nearby channels (Krizhevsky et al., 2012, §3.3)
  // dx = dy · s^−β − 2αβ/size · x · Σ' dy · y / s, where Σ' sums over the channels that have this one nearby
  LRN: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const size = attr.int(node, 'size');
    const [alpha, beta] = [attr.float(node, 'alpha', 1e-4), attr.float(node, 'beta', 0.75)];
    const before = Math.floor((size - 1) / 2);
    const after = size - 1 - before;
    const s = b.add(
      b.mul(channelSum(b, b.square(x), before, after), alpha / size),
      attr.float(node, 'bias', 1),
    );
    const across = channelSum(b, b.div(b.mul(dy, y), s), after, before);
    const direct = b.mul(dy, b.pow(s, -beta));
    return [b.sub(direct, b.mul(b.mul(x, across), (2 * alpha * beta) / size))];
  }),
};

export function axisOf(axis: number, x: Value): number {
  return axis < 0 ? axis + rankOf(x) : axis;
}

/** Sums each channel with up to `before` channels before it and `after` channels after it. */
function channelSum(b: Builder, x: Value, before: number, after: number): Value {
  const size = before + 1 + after;
  const planes = b.reshape(x, [0, 1, b.dim(x, 1), -1]);
  const mean = b.op('AveragePool', [planes], {
    kernel_shape: [size, 1],
    pads: [before, 0, after, 0],
    count_include_pad: 1,
  });
  return b.reshape(b.mul(mean, size), b.shape(x));
}

interface Standardized {
  readonly xhat: Value;
  /** 1 / √(σ² + ε) */
  readonly inverse: Value;
}

/** x̂ = (x − μ) / √(σ² + ε), with mean and (biased) variance over some axes. */
function standardize(b: Builder, x: Value, axes: readonly number[], epsilon: number): Standardized {
  const centered = b.sub(x, b.mean(x, axes));
  const variance = b.mean(b.square(centered), axes);
  const inverse = b.reciprocal(b.sqrt(b.add(variance, epsilon)));
  return { xhat: b.mul(centered, inverse), inverse };
}

/** dx = (dx̂ − mean dx̂ − x̂ · mean(dx̂ · x̂)) / √(σ² + ε): mean and variance depend on x. */
function standardizeCotangent(
  b: Builder,
  dxhat: Value,
  xhat: Value,
  inverse: Value,
  axes: readonly number[],
): Value {
  const along = b.mul(xhat, b.mean(b.mul(dxhat, xhat), axes));
  return b.mul(b.sub(b.sub(dxhat, b.mean(dxhat, axes)), along), inverse);
}

/** Batch normalization by the batch's statistics (Ioffe and Szegedy, 2015); running ones are not differentiated. */
function trainingBatchNorm(b: Builder, node: Node, dy: Value, x: Value, scale: Value): Cotangents {
  const axes = [0, ...spatialAxes(x)];
  const perChannel = b.reshape(scale, [-1, ...spatialAxes(x).map(() => 1)]);
  const { xhat, inverse } = standardize(b, x, axes, attr.float(node, 'epsilon', 1e-5));
  return [
    () => standardizeCotangent(b, b.mul(dy, perChannel), xhat, inverse, axes),
    () => b.sum(b.mul(dy, xhat), axes, false),
    () => b.sum(dy, axes, false),
  ];
}
