import { OneirosError } from '../../base/errors.js';
import { copy, type Image, plane, type Planes } from '../image.js';
import { mapColors, type Matrix3, rgbToYCbCr, yCbCrToRgb } from './colorspace.js';
import { symmetricPower } from './symmetric.js';

/**
 * The lightness of one picture with the colors of another: Y of `lightness`, Cb and Cr of `colors`. The luminance-only
 * transfer of Gatys et al., "Preserving Color in Neural Artistic Style Transfer" (2016), §3.2. May leave [0, 1].
 * @throws OneirosError `bad-argument` if the sizes differ
 */
export function transferChroma(lightness: Image, colors: Image): Image {
  if (lightness.width !== colors.width || lightness.height !== colors.height)
    throw new OneirosError(
      'bad-argument',
      `the lightness is ${lightness.width}×${lightness.height} but the colors are ${colors.width}×${colors.height}; resize one`,
    );
  const mixed = mapColors(colors, rgbToYCbCr);
  plane(mixed, 0).set(plane(mapColors(lightness, rgbToYCbCr), 0));
  return mapColors(mixed, yCbCrToRgb);
}

/** Mean color and 3×3 covariance (population, row by row) of a picture. */
export interface ColorMoments {
  readonly mean: readonly [number, number, number];
  readonly covariance: Matrix3;
}

export function colorMoments(picture: Image): ColorMoments {
  const [r, g, b] = [plane(picture, 0), plane(picture, 1), plane(picture, 2)];
  const n = r.length;
  const sum = (value: (i: number) => number) => {
    let total = 0;
    for (let i = 0; i < n; i++) total += value(i);
    return total / n;
  };
  const mean = [sum((i) => r[i]!), sum((i) => g[i]!), sum((i) => b[i]!)] as const;
  const together = (p: Float32Array, pMean: number, q: Float32Array, qMean: number) =>
    sum((i) => (p[i]! - pMean) * (q[i]! - qMean));
  const [mr, mg, mb] = mean;
  const [rg, rb, gb] = [together(r, mr, g, mg), together(r, mr, b, mb), together(g, mg, b, mb)];
  const covariance: Matrix3 = [
    together(r, mr, r, mr),
    rg,
    rb,
    rg,
    together(g, mg, g, mg),
    gb,
    rb,
    gb,
    together(b, mb, b, mb),
  ];
  return { mean, covariance };
}

// Variance added before inverting, so that a picture of one color, or a gray one, has an inverse: (1/255)² / 10.
const varianceFloor = 1.5e-6;

/**
 * The picture, its colors moved linearly so that their mean and covariance become the reference's: x ↦ A·(x − μ) + μᵣ
 * with A = Σᵣ^½ Σ^−½, Gatys et al. (2016) §3.1 in its "image analogies" form. May leave [0, 1].
 */
export function matchColorMoments(picture: Image, reference: ColorMoments): Image {
  const { mean, covariance } = colorMoments(picture);
  const matrix = multiply(
    symmetricPower(reference.covariance, 0.5),
    symmetricPower(covariance, -0.5, varianceFloor),
  );
  const target = reference.mean;
  const shift = (row: 0 | 1 | 2) =>
    target[row] -
    matrix[3 * row]! * mean[0] -
    matrix[3 * row + 1]! * mean[1] -
    matrix[3 * row + 2]! * mean[2];
  return mapColors(picture, { matrix, offset: [shift(0), shift(1), shift(2)] });
}

/**
 * The planes with each channel's histogram made the reference's: every value becomes the reference's value of the same
 * rank, interpolated (skimage's `match_histograms`, exact: no bins).
 */
export function matchHistogram<C extends number>(source: Planes<C>, reference: Planes<C>): Planes<C> {
  const result = copy(source);
  for (let c = 0; c < source.channels; c++) {
    const values = plane(result, c);
    const wanted = quantiles(plane(reference, c));
    const { levels, ranks } = quantiles(values);
    const mapped = Float64Array.from(ranks, (rank) => interpolate(rank, wanted.ranks, wanted.levels));
    for (let i = 0; i < values.length; i++) values[i] = mapped[indexBelow(levels, values[i]!)]!;
  }
  return result;
}

/** The distinct values in rising order, and the share of values that are no larger than each. */
function quantiles(values: Float32Array): { levels: Float64Array; ranks: Float64Array } {
  const sorted = values.slice().sort();
  const ends = Array.from(sorted.keys()).filter((i) => sorted[i] !== sorted[i + 1]);
  return {
    levels: Float64Array.from(ends, (i) => sorted[i]!),
    ranks: Float64Array.from(ends, (i) => (i + 1) / sorted.length),
  };
}

/** Piecewise linear y(x) through the knots (xs rising), constant beyond them. */
function interpolate(x: number, xs: Float64Array, ys: Float64Array): number {
  if (x <= xs[0]!) return ys[0]!;
  const i = indexBelow(xs, x);
  if (i >= xs.length - 1) return ys[xs.length - 1]!;
  return ys[i]! + ((x - xs[i]!) / (xs[i + 1]! - xs[i]!)) * (ys[i + 1]! - ys[i]!);
}

/** The last index whose value is ≤ x (0 if none is). */
function indexBelow(rising: Float64Array, x: number): number {
  let [low, high] = [0, rising.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rising[middle]! <= x) low = middle;
    else high = middle;
  }
  return low;
}

function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  const at = (row: 0 | 3 | 6, column: 0 | 1 | 2) =>
    a[row] * b[column] + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!;
  return [at(0, 0), at(0, 1), at(0, 2), at(3, 0), at(3, 1), at(3, 2), at(6, 0), at(6, 1), at(6, 2)];
}
