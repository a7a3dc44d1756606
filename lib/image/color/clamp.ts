import type { Image } from '../image.js';

/** Clamps the values of a picture to [0, 1], in place; NaN stays NaN. @returns the same picture */
export function clamp(picture: Image): Image {
  const { data } = picture;
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(0, data[i]!));
  return picture;
}
