import { type Image, image, type Size } from '../../lib/image/image.js';
import { random } from '../../lib/tensor/random.js';

/** Red, green and blue waves: a picture with structure at several scales. */
export function waves({ width, height }: Size, period = 12): Image {
  const picture = image({ width, height });
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const phase = (2 * Math.PI * (x + (c + 1) * y)) / (period * (c + 1));
        picture.data[(c * height + y) * width + x] = 0.5 + 0.4 * Math.sin(phase);
      }
  return picture;
}

/** Gray with seeded uniform noise. */
export function speckles(size: Size, seed = 1): Image {
  const picture = image(size);
  const source = random(seed);
  picture.data.forEach((_, i) => (picture.data[i] = 0.3 + 0.4 * source.uniform()));
  return picture;
}
