import { type Image, image } from '../../lib/image/image.js';

/** The pattern of scripts/reference/faster_rcnn.py. */
export function pattern([height, width]: readonly [number, number]): Image {
  const picture = image({ width, height });
  for (let c = 0, i = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const waves =
          Math.sin(0.11 * x * (c + 1) + 0.05 * y) +
          Math.sin(0.17 * y - 0.03 * x * c) +
          Math.sin(0.002 * x * y + c);
        picture.data[i] = 0.5 + waves / 6;
      }
  return picture;
}
