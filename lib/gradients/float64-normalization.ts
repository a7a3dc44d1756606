import { countTo, spatialAxes } from '../autodiff/rules/window.js';
import { type Builder, rankOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { attr } from '../onnx/graph/attributes.js';
import { fromFront } from '../onnx/graph/axis.js';
import { type Form, type Original, perChannel, sumOf } from './float64-original.js';

/** Normalizations that ONNX Runtime does not compute in double precision, or only in part. */
export const normalizationForms: Readonly<Record<string, Form>> = {
  LRN: localResponse,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
};

function localResponse({ b, node, x: [x] }: Original): Value {
  const size = attr.int(node, 'size');
  const before = Math.floor((size - 1) / 2);
  const none = spatialAxes(x).map(() => 0);
  const squares = b.pad(b.square(x), [0, before, ...none, 0, size - 1 - before, ...none]);
  const near = sumOf(b, countTo(b, size), (i) => b.slice(squares, [1], [i], [b.add(b.dim(x, 1), i)]));
  const share = b.mul(near, attr.float(node, 'alpha', 1e-4) / size);
  return b.div(x, b.pow(b.add(share, attr.float(node, 'bias', 1)), attr.float(node, 'beta', 0.75)));
}

function instanceNormalization({ b, node, x: [x, scale, shift] }: Original): Value {
  const { standard } = standardized(b, x, spatialAxes(x), attr.float(node, 'epsilon', 1e-5));
  return b.add(b.mul(standard, perChannel(b, scale!, x)), perChannel(b, shift!, x));
}

/** ONNX Runtime's kernel has the mean and the inverse deviation in single precision. */
function layerNormalization({ b, node, x: [x, scale, shift] }: Original): readonly Value[] {
  const rank = rankOf(x);
  const from = fromFront(attr.int(node, 'axis', -1), rank);
  const axes = Array.from({ length: rank - from }, (_, i) => from + i);
  const { standard, mean, inverse } = standardized(b, x, axes, attr.float(node, 'epsilon', 1e-5));
  const scaled = b.mul(standard, scale!);
  return [shift === undefined ? scaled : b.add(scaled, shift), mean, inverse];
}

/** (x − μ) / √(σ² + ε) over some axes, μ and 1 / √(σ² + ε) */
function standardized(b: Builder, x: Value, axes: readonly number[], epsilon: number) {
  const mean = b.mean(x, axes);
  const centered = b.sub(x, mean);
  const inverse = b.reciprocal(b.sqrt(b.add(b.mean(b.square(centered), axes), epsilon)));
  return { standard: b.mul(centered, inverse), mean, inverse };
}
