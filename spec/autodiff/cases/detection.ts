import { type AttributeLike, float } from '../../../lib/onnx/graph/attributes.js';
import { float32, int64 } from '../../../lib/tensor/tensor.js';
import { normal, type Row, row } from '../row.js';

/** Boxes inside the image, across its border, far outside, and thinner than a pixel. */
const boxes = [0, 0, 5, 6, 1.2, 2.3, 7.9, 8.8, -3, -2, 4, 4, 6, 6, 20, 20, 2, 2, 2.1, 2.1];

function roiAlign(attributes: Readonly<Record<string, AttributeLike>>, note: string, opset = 17): Row {
  return row('RoiAlign', [normal(2, 3, 8, 9)], attributes, {
    note,
    opset,
    build: (b, [x]) => {
      const regions = b.castLike(b.constant(float32(boxes, [5, 4])), x!);
      return b.op('RoiAlign', [x, regions, b.constant(int64([0, 1, 0, 1, 1]))], attributes);
    },
  });
}

const settings = [
  { output_height: 3, output_width: 2, sampling_ratio: 2 },
  { output_height: 2, output_width: 2 },
  { output_height: 7, output_width: 7, sampling_ratio: 1 },
  { sampling_ratio: 3 },
];

export const detection: readonly Row[] = [
  ...['half_pixel', 'output_half_pixel'].flatMap((coordinate_transformation_mode) =>
    settings.flatMap((setting) => [
      roiAlign({ ...setting, coordinate_transformation_mode }, 'five boxes'),
      roiAlign({ ...setting, coordinate_transformation_mode, spatial_scale: 0.5 }, 'five boxes'),
    ]),
  ),
  roiAlign(
    { output_height: 2, output_width: 3, spatial_scale: float(2), sampling_ratio: 2 },
    'twice as large',
  ),
];
