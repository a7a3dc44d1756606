import { arrayOf } from '../../tensor/dtype.js';
import {
  float32,
  type Float32Tensor,
  type NumericTensor,
  numericTensor,
  sizeOf,
} from '../../tensor/tensor.js';
import type { PixelMap } from './random-pixel-map.js';

/**
 * A picture's planes (the last two axes are rows and columns) at the positions of a map: bilinear between pixels,
 * mirrored beyond the edges.
 */
export function resampled({ data, dims }: Float32Tensor, map: PixelMap): Float32Tensor {
  const [height, width] = [dims.at(-2)!, dims.at(-1)!];
  const planes = sizeOf(dims.slice(0, -2));
  const area = map.height * map.width;
  const result = new Float32Array(planes * area);
  for (let at = 0; at < area; at++) {
    const [row, column] = [map.rows[at]!, map.columns[at]!];
    const [top, left] = [Math.floor(row), Math.floor(column)];
    const [dy, dx] = [row - top, column - left];
    const r0 = mirrored(top, height) * width;
    const r1 = mirrored(top + 1, height) * width;
    const c0 = mirrored(left, width);
    const c1 = mirrored(left + 1, width);
    for (let p = 0, base = 0; p < planes; p++, base += height * width) {
      const upper = data[base + r0 + c0]! * (1 - dx) + data[base + r0 + c1]! * dx;
      const lower = data[base + r1 + c0]! * (1 - dx) + data[base + r1 + c1]! * dx;
      result[p * area + at] = upper * (1 - dy) + lower * dy;
    }
  }
  return float32(result, [...dims.slice(0, -2), map.height, map.width]);
}

/** The same with the nearest pixel, for labels, which cannot be interpolated. */
export function resampledLabels(labels: NumericTensor, map: PixelMap): NumericTensor {
  const { dtype, data, dims } = labels;
  const [height, width] = [dims.at(-2)!, dims.at(-1)!];
  const planes = sizeOf(dims.slice(0, -2));
  const area = map.height * map.width;
  const result = new (arrayOf(dtype))(planes * area);
  for (let at = 0; at < area; at++) {
    const row = mirrored(Math.round(map.rows[at]!), height);
    const source = row * width + mirrored(Math.round(map.columns[at]!), width);
    for (let p = 0; p < planes; p++) result[p * area + at] = data[p * height * width + source]!;
  }
  return numericTensor(dtype, result.buffer, [...dims.slice(0, -2), map.height, map.width]);
}

/** Reflects a position beyond the edges about the edge pixel. */
function mirrored(position: number, length: number): number {
  if (position >= 0 && position < length) return position;
  const period = Math.max(1, 2 * (length - 1));
  const phase = ((position % period) + period) % period;
  return Math.min(phase, period - phase);
}
