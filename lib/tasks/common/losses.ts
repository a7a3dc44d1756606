import { OneirosError } from '../../base/errors.js';
import { type Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { float32 } from '../../tensor/tensor.js';

/** Prevents 0/0 in the relative error of a feature map that is all zeros. */
export const tiny = 1e-12;

/** A 1×C×H×W feature map as the matrix of its activations, [C, H·W]. */
export function activationsOf(b: Builder, features: Value): Value {
  const channels = shapeOf(features)[1];
  if (typeof channels !== 'number')
    throw new OneirosError('unsupported', `"${features.name}" does not have a fixed number of channels`);
  return b.reshape(features, [channels, -1]);
}

/** ‖x − target‖² / ‖target‖², without a unit: comparable between layers, networks and preprocessings. */
export function relativeError(b: Builder, x: Value, target: Value): Value {
  return b.div(squaredDifferences(b, x, target), b.maximum(b.sum(b.square(target)), tiny));
}

/** ‖x − y‖² */
export function squaredDifferences(b: Builder, x: Value, y: Value): Value {
  return b.sum(b.square(b.sub(x, y)));
}

/**
 * The mean over pixels and channels of the squared differences to the neighbors below and to the right: total variation
 * with β = 2 (Mahendran and Vedaldi, 2015), independent of the picture's size.
 * @param image 1×3×H×W
 */
export function totalVariation(b: Builder, image: Value): Value {
  const along = (axis: number) =>
    squaredDifferences(b, b.slice(image, [axis], [1], [Infinity]), b.slice(image, [axis], [0], [-1]));
  return b.div(b.add(along(2), along(3)), b.cast(b.elements(image), 'float32'));
}

/** Σ weight · term, of shape [1]; zero if there are no terms. Each term has one element. */
export function weightedSum(b: Builder, terms: readonly (readonly [Value, number])[]): Value {
  const [first, ...others] = terms.map(([term, weight]) => b.reshape(b.mul(term, weight), [1]));
  return others.reduce((total, term) => b.add(total, term), first ?? b.constant(float32([0])));
}
