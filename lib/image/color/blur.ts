import { OneirosError } from '../../base/errors.js';
import { borderIndex } from '../geometry/pad.js';
import { resampleColumns, resampleRows, type ResampleTable } from '../geometry/resample.js';
import { type Planes, planes } from '../image.js';

/** The maximum size of a blur's weight table, for rows or for columns (3 GB). */
const maxWeights = 2 ** 28;

/**
 * Separable Gaussian blur; edges are mirrored without repeating the edge pixel (torchvision's `gaussian_blur`).
 * @param sigma standard deviation in pixels; 0 copies
 * @param radius the kernel's extent in pixels on each side; by default 3σ, rounded up
 * @throws OneirosError `bad-argument` if σ is negative or not finite, or the radius is not an integer ≥ 0; `too-large`
 *   if 2·radius·max(width, height) is over 2²⁸
 */
export function gaussianBlur<C extends number>(
  source: Planes<C>,
  sigma: number,
  radius = Math.ceil(3 * sigma),
): Planes<C> {
  if (!(sigma >= 0 && Number.isFinite(sigma) && Number.isSafeInteger(radius) && radius >= 0))
    throw new OneirosError(
      'bad-argument',
      `a blur needs σ ≥ 0 and a whole radius ≥ 0, not σ ${sigma} and radius ${radius}`,
    );
  const { width, height, data } = source;
  if (2 * radius * Math.max(width, height) > maxWeights)
    throw new OneirosError(
      'too-large',
      `a blur of ${width}×${height} pixels has a radius of at most ${Math.floor(maxWeights / 2 / Math.max(width, height))}, not ${radius}`,
    );
  if (sigma === 0 || radius === 0) return planes(source.channels, source, data.slice());
  const kernel = gaussian(sigma, radius);
  const wide = resampleRows(data, width, convolution(kernel, width));
  return planes(source.channels, source, resampleColumns(wide, width, height, convolution(kernel, height)));
}

/** exp(−x²/2σ²) for x in −radius … radius, with sum 1. */
function gaussian(sigma: number, radius: number): Float64Array {
  const values = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

function convolution(kernel: Float64Array, length: number): ResampleTable {
  const taps = kernel.length;
  const radius = (taps - 1) / 2;
  const indices = new Int32Array(length * taps);
  const weights = new Float64Array(length * taps);
  for (let i = 0; i < length; i++) {
    weights.set(kernel, i * taps);
    for (let k = 0; k < taps; k++) indices[i * taps + k] = borderIndex(i + k - radius, length, 'reflect');
  }
  return { length, taps, indices, weights };
}
