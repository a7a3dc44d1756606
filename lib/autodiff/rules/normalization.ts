import { OneirosError } from '../../base/errors.js';
import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr, describe } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import {
  broadcasting,
  type Cotangents,
  rule,
  type RuleContext,
  type RuleInputs,
  type RuleTable,
} from './rule.js';
import { spatialAxes } from './window.js';

export const normalization: RuleTable = {
  // y = γ (x − μ) / √(σ² + ε) + β, per channel, with the statistics given; in training with the batch's, which are
  // mixed into the two other outputs
  BatchNormalization: rule(
    3,
    (context) =>
      attr.int(context.node, 'training_mode', 0) === 1 ? trainingBatchNorm(context) : givenBatchNorm(context),
    'all',
  ),
  // y = γ x̂ + β with x̂ = (x − μ) / √(σ² + ε), statistics over each image's channel
  InstanceNormalization: rule(3, ({ b, node, dy, x: [x, scale] }) => {
    const axes = spatialAxes(x);
    const { xhat, inverse } = standardize(b, x, axes, attr.float(node, 'epsilon', 1e-5));
    return [
      () => standardizeCotangent(b, b.mul(dy, perChannel(b, scale, x)), xhat, inverse, axes),
      () => b.sum(b.mul(dy, xhat), [0, ...axes], false),
      () => b.sum(dy, [0, ...axes], false),
    ];
  }),
  // The same over the last axes, from `axis` on (Ba, Kiros and Hinton, 2016); μ and 1 / √(σ² + ε) are outputs too
  LayerNormalization: broadcasting(
    2,
    ({ b, node, dy, dys: [, dmean, dinverse], x: [x, scale] }) => {
      const first = fromFront(attr.int(node, 'axis', -1), () => rankOf(x));
      const axes = Array.from({ length: rankOf(x) - first }, (_, i) => first + i);
      const { xhat, inverse } = standardize(b, x, axes, attr.float(node, 'epsilon', 1e-5));
      return [
        () => {
          const direct = standardizeCotangent(b, b.mul(dy, scale), xhat, inverse, axes);
          const count = b.castLike(b.elements(x, axes), x);
          return sum(b, [
            direct,
            dmean && b.div(b.castLike(dmean, x), count),
            dinverse && b.neg(b.div(b.mul(b.mul(b.castLike(dinverse, x), b.square(inverse)), xhat), count)),
          ]);
        },
        () => b.mul(dy, xhat),
        () => dy,
      ];
    },
    'all',
  ),
  LpNormalization: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const axes = [fromFront(attr.int(node, 'axis', -1), () => rankOf(x))];
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
  /** x − μ */
  readonly centered: Value;
  readonly xhat: Value;
  /** 1 / √(σ² + ε) */
  readonly inverse: Value;
}

/** x̂ = (x − μ) / √(σ² + ε), with mean and (biased) variance over some axes. */
function standardize(b: Builder, x: Value, axes: readonly number[], epsilon: number): Standardized {
  const centered = b.sub(x, b.mean(x, axes));
  const variance = b.mean(b.square(centered), axes);
  const inverse = b.reciprocal(b.sqrt(b.add(variance, epsilon)));
  return { centered, xhat: b.mul(centered, inverse), inverse };
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

type BatchNorm = RuleContext<RuleInputs<3>>;

/** The statistics are inputs: dμ = −Σ dx and dσ² = −½ Σ dx (x − μ) / (σ² + ε), with dx the cotangent of x. */
function givenBatchNorm({ b, node, dy, x: [x, scale, , mean, variance] }: BatchNorm): Cotangents {
  if (mean === undefined || variance === undefined)
    throw new OneirosError('bad-input', `${describe(node)} needs a mean and a variance`);
  const inverse = b.reciprocal(b.sqrt(b.add(variance, attr.float(node, 'epsilon', 1e-5))));
  const factor = b.mul(scale, inverse);
  const axes = batchAxes(x);
  const along = () => b.sum(b.mul(dy, b.sub(x, perChannel(b, mean, x))), axes, false);
  return [
    () => b.mul(dy, perChannel(b, factor, x)),
    () => b.mul(along(), inverse),
    () => b.sum(dy, axes, false),
    () => b.neg(b.mul(b.sum(dy, axes, false), factor)),
    () => b.mul(b.mul(along(), factor), b.mul(b.square(inverse), -0.5)),
  ];
}

/**
 * Batch normalization by the batch's statistics (Ioffe and Szegedy, 2015). The running ones become m · (given) +
 * (1 − m) · (the batch's), where m is the momentum and the variance is the biased one.
 */
function trainingBatchNorm({
  b,
  node,
  dy,
  dys: [own, dmean, dvariance],
  x: [x, scale],
}: BatchNorm): Cotangents {
  const axes = batchAxes(x);
  const momentum = attr.float(node, 'momentum', 0.9);
  const { centered, xhat, inverse } = standardize(b, x, axes, attr.float(node, 'epsilon', 1e-5));
  const count = b.castLike(b.elements(x, axes), x);
  /** The batch's share of a running statistic's cotangent, for each element. */
  const each = (cotangent: Value, factor: number) =>
    b.div(b.mul(perChannel(b, b.castLike(cotangent, x), x), factor * (1 - momentum)), count);
  return [
    () =>
      sum(b, [
        own && standardizeCotangent(b, b.mul(own, perChannel(b, scale, x)), xhat, inverse, axes),
        dmean && b.expand(each(dmean, 1), b.shape(x)),
        dvariance && b.mul(each(dvariance, 2), centered),
      ]),
    () => b.sum(b.mul(dy, xhat), axes, false),
    () => b.sum(dy, axes, false),
    dmean ? () => b.mul(dmean, momentum) : null,
    dvariance ? () => b.mul(dvariance, momentum) : null,
  ];
}

function batchAxes(x: Value): readonly number[] {
  return [0, ...spatialAxes(x)];
}

/** A value for each channel, in a shape that broadcasts over images and pixels. */
export function perChannel(b: Builder, v: Value, like: Value): Value {
  return b.reshape(v, [-1, ...spatialAxes(like).map(() => 1)]);
}

/** The sum of those that are there; `null` if none is. */
function sum(b: Builder, parts: readonly (Value | null | undefined)[]): Value | null {
  return parts.reduce<Value | null>(
    (total, part) => (part ? (total === null ? part : b.add(total, part)) : total),
    null,
  );
}
