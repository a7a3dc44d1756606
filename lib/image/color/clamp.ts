import type { Image } from '../image.js';

/** Clamps the values of a picture to [0, 1], in place; NaN stays NaN. @returns the same picture */
export function clamp(picture: Image): Image {
  const { data } = picture;
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(0, data[i]!));
  return picture;
}

/** The values clamped to [0, 1], in new memory; NaN stays NaN. */
export function clamped(values: Float32Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < result.length; i++) {
    const value = values[i]!;
    result[i] = value <= 0 ? 0 : value >= 1 ? 1 : value;
  }
  return result;
}
