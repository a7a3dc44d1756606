import { isDeepStrictEqual } from 'node:util';

import { type AttributeLike, float } from '../../../lib/onnx/graph/attributes.js';
import { float32, int64 } from '../../../lib/tensor/tensor.js';
import { avoiding, distinct, type Row, row, whole } from '../row.js';

interface Setting {
  readonly x: readonly number[];
  readonly attributes: Readonly<Record<string, AttributeLike>>;
}

function setting(x: readonly number[], attributes: Setting['attributes']): Setting {
  return { x, attributes };
}

/** Settings for every kind of pooling over windows. */
const common: readonly Setting[] = [
  // Windows side by side, overlapping, with gaps; the image a multiple or not.
  ...[
    [6, 6],
    [7, 8],
  ].flatMap((size) => [
    setting([1, 2, ...size], { kernel_shape: [2, 2], strides: [2, 2] }),
    setting([1, 2, ...size], { kernel_shape: [3, 3], strides: [2, 2] }),
    setting([1, 2, ...size], { kernel_shape: [3, 2], strides: [2, 3] }),
    setting([1, 2, ...size], { kernel_shape: [2, 2], strides: [3, 3] }),
    setting([1, 2, ...size], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
    setting([1, 2, ...size], { kernel_shape: [2, 2], strides: [3, 3], ceil_mode: 1 }),
    setting([1, 2, ...size], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    setting([1, 2, ...size], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }),
    setting([1, 2, ...size], { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }),
    setting([1, 2, ...size], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    setting([1, 2, ...size], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' }),
    setting([1, 2, ...size], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'VALID' }),
  ]),
  setting([2, 2, 5, 5], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  setting([1, 2, 5, 5], { kernel_shape: [3, 3] }),
  setting([1, 2, 5, 6], { kernel_shape: [5, 6] }),
  setting([1, 2, 5, 5], { kernel_shape: [1, 1], strides: [2, 2] }),
  setting([1, 2, 5, 5], { kernel_shape: [1, 1] }),
  setting([1, 2, 9], { kernel_shape: [3], strides: [2] }),
  setting([1, 2, 9], { kernel_shape: [2], strides: [2], ceil_mode: 1 }),
  setting([1, 2, 9], { kernel_shape: [4], pads: [1, 2] }),
  setting([1, 1, 4, 4, 4], { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }),
  setting([1, 1, 4, 5, 4], { kernel_shape: [2, 3, 2], strides: [1, 2, 2], pads: [1, 1, 0, 0, 1, 1] }),
];

const dilated: readonly Setting[] = [
  setting([1, 2, 8, 9], { kernel_shape: [2, 2], dilations: [2, 2] }),
  setting([1, 2, 8, 9], { kernel_shape: [3, 2], dilations: [2, 3], strides: [2, 1] }),
  setting([1, 2, 8, 9], {
    kernel_shape: [3, 3],
    dilations: [2, 2],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    ceil_mode: 1,
  }),
  setting([1, 2, 9], { kernel_shape: [3], dilations: [2] }),
];

/** Regions inside the images, across their borders, outside, thinner than a pixel, and at halves of pixels. */
const regions = [
  0, 0, 0, 5, 6, 1, 1.2, 2.3, 7.9, 6.8, 0, -3, -2, 4, 4, 1, 20, 20, 30, 30, 1, 2, 2, 2.1, 2.1, 0, 0.5, 1.5,
  4.5, 5.5,
];

export const pooling: readonly Row[] = [
  ...[
    { pooled_shape: [3, 2] },
    { pooled_shape: [2, 4], spatial_scale: 0.5 },
    { pooled_shape: [1, 1], spatial_scale: float(2) },
  ].map((attributes) =>
    row('MaxRoiPool', [distinct(2, 3, 8, 9)], attributes, {
      note: 'of six regions',
      build: (b, [x]) => {
        const boxes = b.castLike(b.constant(float32(regions, [6, 5])), x!);
        return b.op('MaxRoiPool', [x, boxes], attributes);
      },
    }),
  ),
  ...[...common, ...dilated].map(({ x, attributes }) =>
    row(
      'MaxPool',
      [distinct(...x)],
      attributes,
      losesAWindow({ x, attributes }) ? { variants: ['symbolic'] } : {},
    ),
  ),
  ...[0, 1].flatMap((count_include_pad) =>
    common
      .filter(
        ({ attributes }) =>
          count_include_pad === 0 ||
          'pads' in attributes ||
          'auto_pad' in attributes ||
          'ceil_mode' in attributes,
      )
      .map(({ x, attributes }) =>
        row('AveragePool', [whole(...x)], { ...attributes, ...(count_include_pad && { count_include_pad }) }),
      ),
  ),
  row(
    'AveragePool',
    [whole(1, 2, 8, 9)],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 },
    { opset: 19 },
  ),
  ...dilated
    .filter(({ attributes }) => !('ceil_mode' in attributes))
    .concat(setting([1, 2, 8, 8], { kernel_shape: [3, 3], dilations: [2, 1], pads: [2, 1, 1, 0] }))
    .flatMap(({ x, attributes }) => [
      row('AveragePool', [whole(...x)], attributes, { opset: 19 }),
      row('AveragePool', [whole(...x)], { ...attributes, count_include_pad: 1 }, { opset: 19 }),
    ]),
  ...dilated
    .filter(({ attributes }) => 'ceil_mode' in attributes)
    .concat(setting([1, 2, 7], { kernel_shape: [2], dilations: [3], strides: [2], ceil_mode: 1 }))
    .flatMap(({ x, attributes }) => [
      row('AveragePool', [whole(...x)], attributes, { opset: 19 }),
      row('AveragePool', [whole(...x)], { ...attributes, count_include_pad: 1 }, { opset: 19 }),
    ]),
  // Last windows that would begin in the padding do not count.
  ...[
    [5, 5],
    [5, 6],
    [6, 7],
  ].flatMap((size) => {
    const window = { kernel_shape: [3, 3], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 };
    return [
      row('MaxPool', [distinct(1, 2, ...size)], window, { opset: 22 }),
      row('AveragePool', [whole(1, 2, ...size)], window, { opset: 22 }),
      row('AveragePool', [whole(1, 2, ...size)], { ...window, count_include_pad: 1 }, { opset: 22 }),
    ];
  }),
  ...[1, 2, 3].flatMap((p) => [
    row('LpPool', [avoiding([0], 1, 2, 6, 6)], { kernel_shape: [2, 2], strides: [2, 2], p }),
    row('LpPool', [avoiding([0], 1, 2, 7, 6)], { kernel_shape: [3, 2], pads: [1, 0, 1, 1], p }),
    row('LpPool', [avoiding([0], 1, 2, 9)], { kernel_shape: [3], strides: [2], p }),
    row('GlobalLpPool', [avoiding([0], 2, 3, 3, 4)], { p }),
  ]),
  ...dilated.map(({ x, attributes }) => row('LpPool', [avoiding([0], ...x)], attributes, { opset: 18 })),
  row(
    'LpPool',
    [avoiding([0], 1, 2, 6, 7)],
    { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 },
    { opset: 18 },
  ),
  row('LpPool', [avoiding([0], 1, 2, 7, 7)], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    auto_pad: 'SAME_UPPER',
  }),
  ...[
    [2, 3, 4, 5],
    [1, 2, 6],
    [1, 2, 2, 3, 2],
    [1, 1, 1, 1],
  ].flatMap((dims) => [
    row('GlobalAveragePool', [whole(...dims)]),
    row('GlobalMaxPool', [distinct(...dims)]),
  ]),
  ...[
    { x: [2, 12, 9], image: [4, 5], block: [2, 3], attributes: {} },
    { x: [1, 8, 6], image: [5, 6], block: [2, 2], attributes: { strides: [2, 2] } },
    {
      x: [1, 12, 6],
      image: [6, 5],
      block: [2, 3],
      attributes: { strides: [3, 2], pads: [1, 0, 2, 1], dilations: [2, 1] },
    },
    { x: [1, 16, 2], image: [2, 3, 2], block: [2, 2, 2], attributes: {} },
  ].map(({ x, image, block, attributes }) =>
    row('Col2Im', [whole(...x), int64(image), int64(block)], attributes, { opset: 18 }),
  ),
];

/** Whether the last window would begin after the image: ONNX Runtime's inference counts it, its kernel does not. */
function losesAWindow({ x, attributes }: Setting): boolean {
  return attributes['ceil_mode'] === 1 && isDeepStrictEqual(attributes['strides'], [3, 3]) && x[2] === 6;
}
