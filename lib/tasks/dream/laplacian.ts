import { combine } from '../../image/color/combine.js';
import { resize } from '../../image/geometry/resize.js';
import { type Planes, planes, type Size } from '../../image/image.js';

/**
 * The gradient with all scales made equally strong: split into a Laplacian pyramid, each level divided by its root mean
 * square, and put together again. Keeps the high frequencies, which the network's convolutions favor, from drowning the
 * rest: the `lap_norm` of Mordvintsev's TensorFlow notebook (2016), which blurs by a binomial kernel where this one
 * halves by averaging.
 * @param levels how many times the size is halved; fewer where the planes are too small for that
 */
export function normalizeLaplacian<C extends number>(gradient: Planes<C>, levels: number): Planes<C> {
  if (levels === 0 || Math.min(gradient.width, gradient.height) < 2) return unitPower(gradient);
  const low = resize(gradient, halved(gradient));
  const high = combine(gradient, resize(low, gradient), -1);
  return combine(unitPower(high), resize(normalizeLaplacian(low, levels - 1), gradient), 1);
}

function halved({ width, height }: Size): Size {
  return { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
}

function unitPower<C extends number>(source: Planes<C>): Planes<C> {
  const power = source.data.reduce((sum, value) => sum + value * value, 0) / source.data.length;
  const scale = 1 / Math.max(Math.sqrt(power), 1e-10);
  return planes(
    source.channels,
    source,
    source.data.map((value) => value * scale),
  );
}
