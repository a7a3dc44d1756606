import { type Image, image, type Size } from '../../../lib/image/image.js';
import { mix } from './noise.js';

/** Red, green, blue in [0, 1]. */
export type Color = readonly [number, number, number];

/** The color of a point; x and y are in pixels from the top left corner. */
export type Shade = (x: number, y: number) => Color;

/** Renders `shade` as a picture; each pixel is the mean of `samples`² points in it. */
export function paint({ width, height }: Size, shade: Shade, samples = 2): Image {
  const picture = image({ width, height });
  const area = width * height;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0];
      for (let s = 0; s < samples * samples; s++) {
        const color = shade(
          x + ((s % samples) + 0.5) / samples,
          y + (Math.floor(s / samples) + 0.5) / samples,
        );
        color.forEach((value, c) => (sum[c]! += value));
      }
      sum.forEach((value, c) => {
        picture.data[c * area + y * width + x] = Math.min(1, Math.max(0, value / samples ** 2));
      });
    }
  return picture;
}

/** `#rrggbb` */
export function rgb(hex: string): Color {
  const byte = (at: number) => parseInt(hex.slice(at, at + 2), 16) / 255;
  return [byte(1), byte(3), byte(5)];
}

export function blend(a: Color, b: Color, t: number): Color {
  return [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
}

export function brighten(color: Color, factor: number): Color {
  return [color[0] * factor, color[1] * factor, color[2] * factor];
}

/** The color at `t` in [0, 1] of a gradient with equally spaced colors. */
export function gradient(colors: readonly Color[], t: number): Color {
  const at = Math.min(1, Math.max(0, t)) * (colors.length - 1);
  const i = Math.min(colors.length - 2, Math.floor(at));
  return blend(colors[i]!, colors[i + 1]!, at - i);
}
