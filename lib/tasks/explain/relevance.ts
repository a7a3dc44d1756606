import { type Planes, planes } from '../../image/image.js';
import type { Float32Tensor } from '../../tensor/tensor.js';

// From gradients to maps: how much each place speaks for a class.

/**
 * Grad-CAM (Selvaraju et al. 2017): the sum of a layer's channels, each weighted by its mean gradient; what speaks against
 * the class is cut off.
 * @param values and their gradient, 1×channels×height×width
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

/** The largest size of a pixel's channels, as Simonyan et al. (2013) show the gradient by colors. */
export function largestOfChannels({ channels, width, height, data }: Planes): Planes<1> {
  const area = width * height;
  const map = planes(1, { width, height });
  for (let i = 0; i < channels * area; i++)
    map.data[i % area] = Math.max(map.data[i % area]!, Math.abs(data[i]!));
  return map;
}

/** A pixel's share of the score: the sum of its channels', where it speaks for the class. */
export function sumOfChannels({ channels, width, height, data }: Planes): Planes<1> {
  const area = width * height;
  const map = planes(1, { width, height });
  for (let i = 0; i < channels * area; i++) map.data[i % area]! += data[i]!;
  map.data.forEach((value, i) => (map.data[i] = Math.max(0, value)));
  return map;
}

/** Scaled to [0, 1]. @param quantile what becomes 1, lest a few pixels leave all others dark; larger ones are cut */
export function normalized({ width, height, data }: Planes<1>, quantile: number): Planes<1> {
  const sorted = Float32Array.from(data).sort();
  // Where fewer pixels than that are more than 0, the largest.
  const most = sorted[Math.round(quantile * (sorted.length - 1))]! || sorted.at(-1)!;
  return planes(
    1,
    { width, height },
    data.map((value) => (most > 0 ? Math.min(1, value / most) : 0)),
  );
}
