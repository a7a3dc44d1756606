import { type Image, image } from '../../image/image.js';
import type { PictureSource } from './picture-source.js';

/** Mean and standard deviation of each channel of a picture. */
export interface Standardization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The number of rows read at once. */
const rows = 256;

/** The statistics of a whole picture, read in strips. A constant channel gets a standard deviation of 1. */
export async function standardizationOf(source: PictureSource): Promise<Standardization> {
  const { width, height } = source;
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let y = 0; y < height; y += rows) {
    const strip = await source.read({ x: 0, y, width, height: Math.min(rows, height - y) });
    const area = strip.width * strip.height;
    strip.data.forEach((value, i) => {
      const channel = Math.floor(i / area);
      sums[channel]! += value;
      squares[channel]! += value * value;
    });
  }
  const mean = sums.map((sum) => sum / (width * height));
  const std = squares.map((sum, c) => Math.sqrt(Math.max(0, sum / (width * height) - mean[c]! ** 2)));
  return { mean, std: std.map((deviation) => (deviation > 1e-6 ? deviation : 1)) };
}

/** Standardizes each channel of a part of a picture, with the statistics of the whole picture. */
export function standardized(part: Image, { mean, std }: Standardization): Image {
  const area = part.width * part.height;
  return image(
    part,
    part.data.map((value, i) => (value - mean[Math.floor(i / area)]!) / std[Math.floor(i / area)]!),
  );
}
