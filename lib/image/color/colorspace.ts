import { type Image, type Planes, planes } from '../image.js';

/** The nine numbers of a 3×3 matrix, row by row. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** An affine map of colors: out = matrix · in + offset. */
export interface ColorMap {
  readonly matrix: Matrix3;
  readonly offset: readonly [number, number, number];
}

// The luma weights of ITU-R BT.601.
const [R, G, B] = [0.299, 0.587, 0.114];

/** To JPEG's YCbCr (JFIF 1.02): full range, chroma centered on ½. */
export const rgbToYCbCr: ColorMap = {
  matrix: [R, G, B, -R / 1.772, -G / 1.772, 0.5, 0.5, -G / 1.402, -B / 1.402],
  offset: [0, 0.5, 0.5],
};
export const yCbCrToRgb: ColorMap = inverse(rgbToYCbCr);

/** To the YIQ of NTSC, FCC version (Python's `colorsys`): I = .74(R−Y) − .27(B−Y), Q = .48(R−Y) + .41(B−Y). */
export const rgbToYiq: ColorMap = {
  matrix: [
    0.3,
    0.59,
    0.11,
    0.74 - 0.47 * 0.3,
    -0.47 * 0.59,
    -0.27 - 0.47 * 0.11,
    0.48 - 0.89 * 0.3,
    -0.89 * 0.59,
    0.41 - 0.89 * 0.11,
  ],
  offset: [0, 0, 0],
};
export const yiqToRgb: ColorMap = inverse(rgbToYiq);

/** Every pixel of three planes through the map; nothing is clamped. */
export function mapColors({ width, height, data }: Planes<3>, { matrix, offset }: ColorMap): Planes<3> {
  const area = width * height;
  const result = planes(3, { width, height });
  for (let row = 0; row < 3; row++) {
    const [a, b, c] = [matrix[3 * row]!, matrix[3 * row + 1]!, matrix[3 * row + 2]!];
    for (let i = 0; i < area; i++)
      result.data[row * area + i] =
        a * data[i]! + b * data[area + i]! + c * data[2 * area + i]! + offset[row]!;
  }
  return result;
}

/** The luma of a picture (BT.601), in [0, 1]. */
export function luminance({ width, height, data }: Image): Planes<1> {
  const area = width * height;
  const result = planes(1, { width, height });
  for (let i = 0; i < area; i++)
    result.data[i] = R * data[i]! + G * data[area + i]! + B * data[2 * area + i]!;
  return result;
}

/** One plane shown as gray. */
export function gray({ width, height, data }: Planes<1>): Image {
  const result = planes(3, { width, height });
  for (let c = 0; c < 3; c++) result.data.set(data, c * width * height);
  return result;
}

/** The map that undoes another, by Cramer's rule. */
function inverse({ matrix, offset }: ColorMap): ColorMap {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const undo: Matrix3 = [
    (e * i - f * h) / determinant,
    (c * h - b * i) / determinant,
    (b * f - c * e) / determinant,
    (f * g - d * i) / determinant,
    (a * i - c * g) / determinant,
    (c * d - a * f) / determinant,
    (d * h - e * g) / determinant,
    (b * g - a * h) / determinant,
    (a * e - b * d) / determinant,
  ];
  const [x, y, z] = offset;
  const back = (row: 0 | 3 | 6) => -(undo[row] * x + undo[row + 1]! * y + undo[row + 2]! * z);
  return { matrix: undo, offset: [back(0), back(3), back(6)] };
}
