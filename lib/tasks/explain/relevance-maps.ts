import { type Planes, planes } from '../../image/image.js';

// From gradients to maps: how much each position supports a class.

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
