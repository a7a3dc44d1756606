import { type AttributeLike, float } from '../../../lib/onnx/graph/attributes.js';
import { float32, int64, type Tensor } from '../../../lib/tensor/tensor.js';
import { held, normal, type Row, row, whole } from '../row.js';

const coordinates = ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners'];
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];
const factors = [
  [2, 2],
  [1.5, 2.25],
  [0.6, 0.5],
  [3, 1],
];

type Attributes = Readonly<Record<string, AttributeLike>>;

const image = () => whole(1, 2, 5, 6);
/** Cubic weights are rounded to float32. */
const imageFor = (mode: string) => (mode === 'cubic' ? normal(1, 2, 5, 6) : image());
const byScales = (scales: readonly number[], attributes: Attributes): Row =>
  row('Resize', [image(), undefined, float32([1, 1, ...scales])], attributes);
const bySizes = (sizes: readonly number[], attributes: Attributes): Row =>
  row('Resize', [image(), undefined, undefined, int64([1, 2, ...sizes])], attributes);
const region: Tensor = float32([0, 0, 0.1, 0.2, 1, 1, 0.8, 1.1]);

export const resizing: readonly Row[] = [
  ...coordinates.flatMap((coordinate_transformation_mode) =>
    factors.flatMap((scales) => [
      ...roundings.map((nearest_mode) =>
        byScales(scales, { mode: 'nearest', coordinate_transformation_mode, nearest_mode }),
      ),
      byScales(scales, { mode: 'linear', coordinate_transformation_mode }),
      byScales(scales, { mode: 'cubic', coordinate_transformation_mode }),
    ]),
  ),
  ...['nearest', 'linear', 'cubic']
    .flatMap((mode) => [
      bySizes([10, 12], { mode }),
      bySizes([3, 11], { mode }),
      bySizes([5, 6], { mode }),
      bySizes([1, 1], { mode, coordinate_transformation_mode: 'align_corners' }),
      row('Resize', [image(), region, undefined, int64([1, 2, 4, 7])], {
        mode,
        coordinate_transformation_mode: 'tf_crop_and_resize',
      }),
      row(
        'Resize',
        [whole(1, 2, 7), undefined, float32([1, 1, 2])],
        { mode: mode === 'cubic' ? 'linear' : mode },
        { note: mode },
      ),
    ])
    .filter(({ inputs, options }) => inputs[0]?.dims.length !== 3 || options.note !== 'cubic'),
  ...['nearest', 'linear'].map((mode) =>
    row('Resize', [image(), region, undefined, int64([1, 2, 4, 7])], {
      mode,
      coordinate_transformation_mode: 'tf_crop_and_resize',
      extrapolation_value: float(10),
    }),
  ),
  byScales([2, 1.5], { mode: 'cubic', cubic_coeff_a: -0.5 }),
  byScales([2, 1.5], { mode: 'cubic', exclude_outside: 1 }),
  byScales([0.5, 0.7], { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: -0.5 }),
  row('Resize', [image(), undefined, float32([2, 2])], { mode: 'linear', axes: [2, 3] }, { opset: 18 }),
  row(
    'Resize',
    [image(), undefined, undefined, int64([9, 4])],
    { mode: 'nearest', axes: [-2, -1] },
    { opset: 18 },
  ),
  row('Resize', [image(), float32([]), float32([1, 1, 2, 2])], { mode: 'linear' }, { opset: 11 }),
  row('Resize', [image(), float32([1, 1, 2, 3])], { mode: 'nearest' }, { opset: 10 }),
  row('Upsample', [image(), float32([1, 1, 2, 2])], { mode: 'nearest' }, { opset: 9 }),
  row('Upsample', [image(), float32([1, 1, 2, 3])], { mode: 'linear' }, { opset: 9 }),
  row(
    'Upsample',
    [image()],
    { mode: 'nearest', scales: { type: 'floats', value: [1, 1, 2, 2] } },
    { opset: 7 },
  ),

  // Antialiasing, and other attributes since 18.
  ...['linear', 'cubic'].flatMap((mode) =>
    [...coordinates, 'half_pixel_symmetric'].flatMap((coordinate_transformation_mode) =>
      [0, 1].map((exclude_outside) =>
        row(
          'Resize',
          [imageFor(mode), undefined, float32([0.6, 0.45])],
          { mode, coordinate_transformation_mode, exclude_outside, antialias: 1, axes: [2, 3] },
          { opset: 19 },
        ),
      ),
    ),
  ),
  ...['linear', 'cubic'].flatMap((mode) => [
    row(
      'Resize',
      [image(), undefined, undefined, int64([1, 2, 3, 9])],
      { mode, antialias: 1 },
      { opset: 18 },
    ),
    row(
      'Resize',
      [image(), undefined, undefined, int64([2, 1])],
      { mode, antialias: 1, axes: [2, 3] },
      { opset: 18 },
    ),
  ]),
  row(
    'Resize',
    [whole(2, 7, 6), undefined, float32([0.3, 1])],
    { mode: 'linear', antialias: 1, axes: [1, 2] },
    { opset: 18 },
  ),
  ...['not_larger', 'not_smaller'].flatMap((keep_aspect_ratio_policy) =>
    ['nearest', 'linear', 'cubic'].map((mode) =>
      row(
        'Resize',
        [image(), undefined, undefined, int64([4, 9])],
        { mode, keep_aspect_ratio_policy, axes: [2, 3] },
        { opset: 18 },
      ),
    ),
  ),
  ...['nearest', 'linear', 'cubic'].map((mode) =>
    row(
      'Resize',
      [imageFor(mode), undefined, float32([1.3, 0.7])],
      { mode, coordinate_transformation_mode: 'half_pixel_symmetric', axes: [2, 3] },
      { opset: 19 },
    ),
  ),
  row(
    'Resize',
    [image(), float32([0.1, 0.2, 0.8, 1.1]), undefined, int64([4, 7])],
    { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', axes: [2, 3] },
    { opset: 18 },
  ),

  ...[0, 1].flatMap((align_corners) => [
    row('AffineGrid', [whole(2, 2, 3), int64([2, 3, 4, 5])], { align_corners }, { opset: 20 }),
    row('AffineGrid', [whole(1, 3, 4), int64([1, 1, 2, 3, 4])], { align_corners }, { opset: 20 }),
    ...['nearest', 'linear'].flatMap((mode) =>
      ['zeros', 'border', 'reflection'].map((padding_mode) =>
        row(
          'GridSample',
          [normal(2, 2, 6, 5, 6), volumeGridOf(mode, align_corners)],
          { mode, padding_mode, align_corners },
          { opset: 20 },
        ),
      ),
    ),
  ]),

  ...['nearest', 'bilinear', 'bicubic'].flatMap((mode) =>
    ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
      [0, 1].map((align_corners) =>
        row(
          'GridSample',
          [normal(2, 2, 5, 6), gridOf(mode, align_corners)],
          { mode, padding_mode, align_corners },
          { opset: 16 },
        ),
      ),
    ),
  ),
];

/** Positions in a volume; with nearest neighbors no gradient reaches them. */
function volumeGridOf(mode: string, aligned: number) {
  const grid = gridOf(mode, aligned, [2, 2, 3, 2, 3]);
  return mode === 'nearest' ? held(grid) : grid;
}

/** Positions away from the kinks of interpolation; some are outside the image. */
function gridOf(mode: string, aligned: number, dims: readonly number[] = [2, 3, 4, 2]) {
  const grid = normal(...dims);
  const axes = dims.at(-1) ?? 2;
  return {
    ...grid,
    reach: mode === 'nearest' ? 0.01 : 0.05,
    sample: (r: Parameters<typeof grid.sample>[0], n: number) =>
      Array.from({ length: n }, (_, i) => {
        const size = (i % axes) % 2 === 0 ? 6 : 5;
        // A pixel and a fraction far from 0, ½ and 1, in units of the grid with either alignment of corners.
        const place = r.integer(-2, size) + (r.uniform() < 0.5 ? 0.25 : 0.7);
        return aligned === 1 ? (2 * place) / (size - 1) - 1 : (2 * place + 1) / size - 1;
      }),
  };
}
