import { type Image, type Planes, planes, planesFromTensor } from '../../image/image.js';
import { random } from '../../tensor/random.js';
import type { ClassGradient, ClassGradients } from './class-gradient.js';

// Methods that attribute a score to pixels. Each begins with the gradient at the picture itself.

/** The gradient at the picture itself, and the attribution of each of its values. */
export interface Attribution {
  readonly at: ClassGradient;
  readonly values: Planes;
}

/** How fast the score changes with each value of the picture (Simonyan et al. 2013). */
export async function gradient(
  gradients: ClassGradients,
  picture: Image,
  labelId: number,
  signal?: AbortSignal,
): Promise<Attribution> {
  const at = await gradients.of(picture, labelId, signal);
  return { at, values: planesFromTensor(at.gradient) };
}

export interface NoiseOptions {
  readonly samples: number;
  /** The standard deviation of the noise, as a fraction of the picture's range of values. */
  readonly noise: number;
  readonly seed: number;
}

/** The mean gradient of noisy copies, in which random fluctuations cancel out (Smilkov et al. 2017). */
export async function smoothGradient(
  gradients: ClassGradients,
  picture: Image,
  labelId: number,
  { samples, noise, seed }: NoiseOptions,
  signal?: AbortSignal,
): Promise<Attribution> {
  const at = await gradients.of(picture, labelId, signal);
  const stream = random(seed);
  const [least, most] = range(picture.data);
  const deviation = noise * (most - least);
  const noisy = () => picture.data.map((value) => value + deviation * stream.normal());
  return { at, values: await meanGradient(gradients, picture, labelId, samples, noisy, signal) };
}

/**
 * Each value's share of the score: the picture times the mean gradient on the straight path from a black picture to it.
 * The sum of the shares approaches the difference of the two scores as the steps increase (Sundararajan et al. 2017).
 */
export async function integratedGradient(
  gradients: ClassGradients,
  picture: Image,
  labelId: number,
  steps: number,
  signal?: AbortSignal,
): Promise<Attribution> {
  const at = await gradients.of(picture, labelId, signal);
  // The midpoint of each step: exact if the score is a polynomial of degree 2 or less.
  const onPath = (step: number) => picture.data.map((value) => (value * (step + 0.5)) / steps);
  const mean = await meanGradient(gradients, picture, labelId, steps, onPath, signal);
  const shares = mean.data.map((value, i) => value * picture.data[i]!);
  return { at, values: planes(3, picture, shares) };
}

/** The mean gradient over pictures that `make` returns one at a time. */
async function meanGradient(
  gradients: ClassGradients,
  size: Image,
  labelId: number,
  count: number,
  make: (index: number) => Float32Array,
  signal: AbortSignal | undefined,
): Promise<Planes> {
  const mean = planes(3, size);
  for (let i = 0; i < count; i++) {
    const { gradient } = await gradients.of(planes(3, size, make(i)), labelId, signal);
    gradient.data.forEach((value, k) => (mean.data[k]! += value / count));
  }
  return mean;
}

function range(values: Float32Array): readonly [least: number, most: number] {
  return values.reduce<readonly [number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}
