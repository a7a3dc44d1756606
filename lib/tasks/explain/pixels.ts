import { type Image, type Planes, planes, planesFromTensor } from '../../image/image.js';
import { random } from '../../tensor/random.js';
import type { ClassGradient, ClassGradients } from './class-gradient.js';

// Ways to say how much each pixel counts for a class. Each begins with the gradient at the picture itself.

/** What was found at the picture itself, and a number for each of its values. */
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
  /** The noise's standard deviation, as a part of the picture's range of values. */
  readonly noise: number;
  readonly seed: number;
}

/** The mean gradient of noisy copies, in which what is by chance cancels out (Smilkov et al. 2017). */
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
 * Each value's share of the score: the picture times the mean gradient on the straight way to it from a black one. All
 * together they are the difference of the two scores (Sundararajan et al. 2017), the better the more steps there are.
 */
export async function integratedGradient(
  gradients: ClassGradients,
  picture: Image,
  labelId: number,
  steps: number,
  signal?: AbortSignal,
): Promise<Attribution> {
  const at = await gradients.of(picture, labelId, signal);
  // The middle of each step, which is exact for scores of up to the second degree.
  const onTheWay = (step: number) => picture.data.map((value) => (value * (step + 0.5)) / steps);
  const mean = await meanGradient(gradients, picture, labelId, steps, onTheWay, signal);
  const shares = mean.data.map((value, i) => value * picture.data[i]!);
  return { at, values: planes(3, picture, shares) };
}

/** Over pictures that are made one after another. */
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
