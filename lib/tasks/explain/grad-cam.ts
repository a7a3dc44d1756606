import { type Planes, planes } from '../../image/image.js';
import type { Float32Tensor } from '../../tensor/tensor.js';

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
