import { copy, type Planes } from '../image.js';

/** Mirrors the planes: `horizontal` swaps left and right, `vertical` top and bottom. */
export function flip<C extends number>(source: Planes<C>, axis: 'horizontal' | 'vertical'): Planes<C> {
  const result = copy(source);
  const { width, height, channels } = source;
  if (axis === 'horizontal') {
    for (let row = 0; row < channels * height; row++)
      result.data.subarray(row * width, (row + 1) * width).reverse();
    return result;
  }
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) {
      const from = (c * height + height - 1 - y) * width;
      result.data.set(source.data.subarray(from, from + width), (c * height + y) * width);
    }
  return result;
}
