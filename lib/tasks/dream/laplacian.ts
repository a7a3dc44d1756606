import { resize } from '../../image/geometry/resize.js';
import { type Planes, planes, type Size } from '../../image/image.js';

/**
 * Makes all scales of the gradient equally strong: splits it into a Laplacian pyramid, divides each level by its root
 * mean square, and recombines them. Otherwise the high frequencies, which convolutions favor, dominate. This is the
 * `lap_norm` of Mordvintsev's TensorFlow notebook (2016), except that it halves by averaging instead of blurring with a
 * binomial kernel.
 * @param levels how many times the size is halved; fewer if the planes are too small
 */
export function normalizeLaplacian<C extends number>(gradient: Planes<C>, levels: number): Planes<C> {
  if (levels === 0 || Math.min(gradient.width, gradient.height) < 2) return unitPower(gradient);
  const low = resize(gradient, halved(gradient));
  // Large pictures: each step uses the memory of the one before.
  const high = resize(low, gradient);
  for (let i = 0; i < high.data.length; i++) high.data[i] = gradient.data[i]! - high.data[i]!;
  const scale = unitScale(high.data);
  const rest = resize(normalizeLaplacian(low, levels - 1), gradient);
  for (let i = 0; i < high.data.length; i++)
    high.data[i] = Math.fround(high.data[i]! * scale) + rest.data[i]!;
  return high;
}

function halved({ width, height }: Size): Size {
  return { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
}

function unitPower<C extends number>(source: Planes<C>): Planes<C> {
  const scale = unitScale(source.data);
  return planes(
    source.channels,
    source,
    source.data.map((value) => value * scale),
  );
}

/** The factor that makes the root mean square 1. */
function unitScale(values: Float32Array): number {
  const power = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return 1 / Math.max(Math.sqrt(power), 1e-10);
}
