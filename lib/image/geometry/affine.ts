import { OneirosError } from '../../base/errors.js';
import { withDefaults } from '../../base/option-table.js';
import { type Planes, planes, type Size } from '../image.js';
import { type Border, borderIndex } from './pad.js';

/**
 * The map from an output position to a source position: (a·x + b·y + c, d·x + e·y + f), in pixels. The top left corner
 * of a plane is (0, 0), the center of its first pixel (½, ½).
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * Planes of the given size, sampled bilinearly at the source positions of the map; `border` gives the values outside.
 * @throws OneirosError `bad-argument` if a coefficient is not finite
 */
export function warp<C extends number>(
  source: Planes<C>,
  from: Affine,
  size: Size = source,
  border: Border = 'replicate',
): Planes<C> {
  const [a, b, c, d, e, f] = from;
  if (!from.every(Number.isFinite))
    throw new OneirosError(
      'bad-argument',
      `an affine map must be six finite numbers, not ${from.join(', ')}`,
    );
  const result = planes(source.channels, size);
  const sample = sampler(source, border);
  const area = result.width * result.height;
  for (let y = 0, i = 0; y < result.height; y++)
    for (let x = 0; x < result.width; x++, i++) {
      const [u, v] = [x + 0.5, y + 0.5];
      sample(a * u + b * v + c - 0.5, d * u + e * v + f - 0.5, result.data, i, area);
    }
  return result;
}

/**
 * Writes the value of every channel at a position (pixel centers at whole numbers) to target[index + channel·stride].
 */
function sampler(source: Planes, border: Border) {
  const { width, height, channels, data } = source;
  const constant = typeof border === 'number' ? border : 0;
  const at = (i: number, length: number) => {
    if (i >= 0 && i < length) return i;
    return typeof border === 'number' ? -1 : borderIndex(i, length, border);
  };
  return (x: number, y: number, target: Float32Array, index: number, stride: number) => {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - left, y - top];
    const [x0, x1] = [at(left, width), at(left + 1, width)];
    const [y0, y1] = [at(top, height), at(top + 1, height)];
    for (let c = 0; c < channels; c++) {
      const start = c * width * height;
      const pixel = (px: number, py: number) =>
        px < 0 || py < 0 ? constant : data[start + py * width + px]!;
      const upper = pixel(x0, y0) * (1 - fx) + pixel(x1, y0) * fx;
      const lower = pixel(x0, y1) * (1 - fx) + pixel(x1, y1) * fx;
      target[index + c * stride] = upper * (1 - fy) + lower * fy;
    }
  };
}

export interface ZoomOptions {
  /** The fixed point of the zoom, as fractions of the width and the height. */
  readonly center: readonly [number, number];
  /** Clockwise rotation in degrees. */
  readonly rotation: number;
  readonly border: Border;
}

const zoomDefaults: ZoomOptions = { center: [0.5, 0.5], rotation: 0, border: 'replicate' };

/**
 * The planes scaled by `factor` (> 1 zooms in, < 1 out) about a point and rotated, at the same size: the next frame of
 * a zoom sequence.
 * @throws OneirosError `bad-argument` if the factor is not a finite number > 0
 */
export function zoom<C extends number>(
  source: Planes<C>,
  factor: number,
  options: Partial<ZoomOptions> = {},
): Planes<C> {
  const { center, rotation, border } = withDefaults(zoomDefaults, options);
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new OneirosError('bad-argument', `a zoom factor must be a finite number > 0, not ${factor}`);
  const [cx, cy] = [center[0] * source.width, center[1] * source.height];
  const angle = (rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / factor, Math.sin(angle) / factor];
  // The inverse of "rotate by angle, scale by factor, about the center".
  const from: Affine = [cos, sin, cx - cos * cx - sin * cy, -sin, cos, cy + sin * cx - cos * cy];
  return warp(source, from, source, border);
}
