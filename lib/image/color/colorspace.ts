import { type Planes, planes } from '../image.js';

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

/** Applies the map to every pixel of three planes, without clamping. */
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

/** The inverse map, by Cramer's rule. */
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
