import { type Image, image, plane, type Planes } from '../image.js';

/** A function from a value in [0, 1] to red, green, blue in [0, 1]. */
export type Colormap = (value: number) => readonly [number, number, number];

const clamp = (value: number) => Math.min(1, Math.max(0, value));
const tent = (value: number, peak: number) => clamp(1.5 - Math.abs(4 * value - peak));

/** Blue, cyan, yellow, red: the usual colors of saliency maps. The lightness is not monotonic. */
export const jet: Colormap = (v) => [tent(v, 3), tent(v, 2), tent(v, 1)];

/**
 * A spiral from black to white with steadily rising lightness, readable in gray print: D. A. Green, "A color scheme for
 * the display of astronomical intensity images" (2011), with its default start ½, −1.5 rotations, hue 1, γ 1.
 */
export const cubehelix: Colormap = (v) => {
  const phi = 2 * Math.PI * (0.5 / 3 + 1 - 1.5 * v);
  const amplitude = (v * (1 - v)) / 2;
  const [cos, sin] = [Math.cos(phi), Math.sin(phi)];
  return [
    clamp(v + amplitude * (-0.14861 * cos + 1.78277 * sin)),
    clamp(v + amplitude * (-0.29227 * cos - 0.90649 * sin)),
    clamp(v + amplitude * 1.97294 * cos),
  ];
};

/** A plane of values in [0, 1] in false colors. Other values are clamped; NaN counts as 0. */
export function colorize(values: Planes<1>, colormap: Colormap = jet): Image {
  const result = image(values);
  const [r, g, b] = [plane(result, 0), plane(result, 1), plane(result, 2)];
  for (let i = 0; i < r.length; i++) {
    const value = values.data[i]!;
    [r[i], g[i], b[i]] = colormap(Number.isNaN(value) ? 0 : clamp(value));
  }
  return result;
}
