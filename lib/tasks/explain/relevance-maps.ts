import { type Planes, planes } from '../../image/image.js';
import type { Float32Tensor } from '../../tensor/tensor.js';

// From gradients to maps: how much each position supports a class.

/**
 * Grad-CAM (Selvaraju et al. 2017): the sum of a layer's channels, each weighted by its mean gradient; negative
 * values become 0. The values and their gradient are 1×channels×height×width.
 */
export function activationMap({ data, dims }: Float32Tensor, gradient: Float32Tensor): Planes<1> {
  const [, channels = 0, height = 0, width = 0] = dims;
  const area = height * width;
  const map = planes(1, { width, height });
  for (let c = 0; c < channels; c++) {
    const own = gradient.data.subarray(c * area, (c + 1) * area);
    const weight = own.reduce((sum, value) => sum + value, 0) / area;
    for (let i = 0; i < area; i++) map.data[i]! += weight * data[c * area + i]!;
  }
  map.data.forEach((value, i) => (map.data[i] = Math.max(0, value)));
  return map;
}

/**
 * The largest absolute value of a pixel's channels, as Simonyan et al. (2013) reduce the gradient of color pictures.
 */
export function largestOfChannels({ channels, width, height, data }: Planes): Planes<1> {
  const area = width * height;
  const map = planes(1, { width, height });
  for (let i = 0; i < channels * area; i++)
    map.data[i % area] = Math.max(map.data[i % area]!, Math.abs(data[i]!));
  return map;
}

/** A pixel's share of the score: the sum of its channels' shares; negative sums become 0. */
export function sumOfChannels({ channels, width, height, data }: Planes): Planes<1> {
  const area = width * height;
  const map = planes(1, { width, height });
  for (let i = 0; i < channels * area; i++) map.data[i % area]! += data[i]!;
  map.data.forEach((value, i) => (map.data[i] = Math.max(0, value)));
  return map;
}

/** Scales a map to [0, 1]. @param quantile the value that becomes 1; clipping larger ones keeps the others visible */
export function normalized({ width, height, data }: Planes<1>, quantile: number): Planes<1> {
  const sorted = Float32Array.from(data).sort();
  // If that is 0, because few pixels are above 0, the largest value.
  const most = sorted[Math.round(quantile * (sorted.length - 1))]! || sorted.at(-1)!;
  return planes(
    1,
    { width, height },
    data.map((value) => (most > 0 ? Math.min(1, value / most) : 0)),
  );
}
