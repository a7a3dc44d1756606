import { gaussianBlur } from '../../image/color/blur.js';
import { type Planes, planes } from '../../image/image.js';
import { gradientScale, type Normalization } from '../../optim/ascent.js';
import { normalizeLaplacian } from './laplacian.js';

export interface DirectionOptions {
  readonly normalization: Normalization;
  readonly smooth: number;
  readonly cascade: boolean;
  readonly laplacian: number;
}

/** Factors on σ of the three blurs of a cascade (gordicaleksa/pytorch-deepdream). */
const cascadeFactors = [0.5, 1, 2];

/** Planes times a factor that normalizes them. */
export interface Direction<C extends number = number> {
  readonly planes: Planes<C>;
  readonly scale: number;
}

/** The direction of a step: the gradient, smoothed, balanced over scales and normalized. Does not change the gradient. */
export function stepDirection<C extends number>(
  gradient: Planes<C>,
  options: DirectionOptions,
): Direction<C> {
  const smooth = smoothed(gradient, options);
  const balanced = options.laplacian > 0 ? normalizeLaplacian(smooth, options.laplacian) : smooth;
  return { planes: balanced, scale: gradientScale(balanced.data, options.normalization) };
}

function smoothed<C extends number>(gradient: Planes<C>, { smooth, cascade }: DirectionOptions): Planes<C> {
  if (smooth === 0) return gradient;
  if (!cascade) return gaussianBlur(gradient, smooth);
  const total = planes(gradient.channels, gradient);
  for (const factor of cascadeFactors) {
    const { data } = gaussianBlur(gradient, smooth * factor);
    for (let i = 0; i < data.length; i++) total.data[i]! += data[i]! / cascadeFactors.length;
  }
  return total;
}
