import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { activationsOf, tiny } from '../common/losses.js';
import { identity, rowsOf, squareRoot, trace } from './matrix.js';

/** First and second moments of a layer's channels over all positions. */
export interface Moments {
  /** [C, 1] */
  readonly mean: Value;
  /** The Gram matrix, [C, C]: the mean over positions of the products of every two channels. */
  readonly gram: Value;
}

/**
 * The statistics of a style: which channels are active, and which are active together. Divided by the number of
 * positions, so pictures of different sizes are comparable (Gatys et al., "Image Style Transfer", 2016, divide in the
 * loss instead).
 */
export function moments(b: Builder, features: Value): Moments {
  const activations = activationsOf(b, features);
  const positions = b.cast(b.dim(activations, 1), 'float32');
  return {
    mean: b.mean(activations, [1]),
    // Dividing first keeps sums over a million positions small.
    gram: b.matmul(b.div(activations, positions), b.swap(activations)),
  };
}

/**
 * The covariance of moments, [C, C], with a small share of its trace added to the diagonal, so that its square root has
 * a gradient.
 */
export function covariance(b: Builder, { mean, gram }: Moments): Value {
  const channels = rowsOf(gram);
  const raw = b.sub(gram, b.matmul(mean, b.swap(mean)));
  return b.add(raw, b.mul(identity(b, channels), b.mul(trace(b, raw), 1e-4 / channels)));
}

/**
 * A style as a normal distribution of activations: mean [C, 1], covariance [C, C] and the square root of the
 * covariance.
 */
export interface GaussianStyle {
  readonly mean: Value;
  readonly covariance: Value;
  readonly root: Value;
}

export function gaussianStyle(b: Builder, style: Moments): GaussianStyle {
  const sigma = covariance(b, style);
  return { mean: style.mean, covariance: sigma, root: squareRoot(b, sigma) };
}

/**
 * The squared 2-Wasserstein distance of two normal distributions, ‖μ − m‖² + tr(Σ + S − 2(S^½ Σ S^½)^½), divided by the
 * target's power ‖m‖² + tr S: the style loss of crowsonkb/style-transfer-pytorch, made relative.
 */
export function wassersteinError(b: Builder, style: Moments, target: GaussianStyle): Value {
  const sigma = covariance(b, style);
  const coupling = squareRoot(b, b.matmul(b.matmul(target.root, sigma), target.root));
  const spread = trace(b, b.sub(b.add(sigma, target.covariance), b.mul(coupling, 2)));
  const shift = b.sum(b.square(b.sub(style.mean, target.mean)));
  const power = b.add(b.sum(b.square(target.mean)), trace(b, target.covariance));
  return b.div(b.add(shift, spread), b.maximum(power, tiny));
}
