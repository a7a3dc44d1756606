import { int64, type Tensor } from '../../../lib/tensor/tensor.js';
import { atRunTime, type Row, row, weight, whole } from '../row.js';

const [toEnd, toBegin] = [2n ** 63n - 1n, -(2n ** 63n) + 1n];
const vector = (...values: (number | bigint)[]): Tensor => int64(values);

const padModes = ['constant', 'reflect', 'edge'];
const pads: readonly (readonly number[])[] = [
  [0, 0, 1, 1, 0, 0, 1, 1],
  [0, 0, 2, 1, 0, 0, 1, 3],
  [0, 0, 0, 2, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 3, 0],
  [0, 0, 3, 4, 0, 0, 3, 4],
];

export const slicing: readonly Row[] = [
  // starts, ends, axes, steps
  ...[
    [vector(1), vector(4)],
    [vector(1, 2), vector(4, 8)],
    [vector(0, 0), vector(5, 9)],
    [vector(-3), vector(-1)],
    [vector(2), vector(toEnd), vector(1)],
    [vector(-8), vector(toEnd), vector(-1), vector(3)],
    [vector(1, -8), vector(4, toEnd), vector(0, 1), vector(1, 3)],
    [vector(0), vector(9), vector(1), vector(2)],
    [vector(1), vector(8), vector(1), vector(2)],
    [vector(0), vector(1), vector(1), vector(5)],
    [vector(-1), vector(toBegin), vector(1), vector(-1)],
    [vector(-2), vector(toBegin), vector(1), vector(-2)],
    [vector(7), vector(1), vector(1), vector(-3)],
    [vector(20), vector(-100), vector(0), vector(-1)],
    [vector(-100), vector(100), vector(0), vector(2)],
    [vector(4, 8), vector(0, 0), vector(0, 1), vector(-2, -1)],
    [vector(3), vector(4), vector(0)],
  ].map((ranges) => row('Slice', [whole(5, 9), ...ranges])),
  ...[
    [vector(1, 2), vector(4, 8)],
    [vector(-2), vector(100), vector(-1)],
    [vector(1, -8), vector(4, 100), vector(1, 0), vector(3, 1)],
    [vector(7), vector(1), vector(1), vector(-3)],
    [vector(-1, -100), vector(-100, 100), vector(0, -1), vector(-2, 4)],
  ].map((ranges) => atRunTime('Slice', [whole(5, 9), ...ranges])),
  atRunTime('Slice', [whole(2, 3, 4), vector(1), vector(0), vector(2)]),
  row('Slice', [whole(2, 3, 4, 5), vector(1, 0, 2), vector(2, 2, 5), vector(1, 2, 3), vector(1, 1, 2)]),
  row('Slice', [whole(7), vector(-5), vector(-1)]),
  row('Slice', [whole(5, 9)], { starts: [1, -4], ends: [4, 8], axes: [0, 1] }, { opset: 9 }),
  row('Slice', [whole(5, 9)], { starts: [1], ends: [4] }, { opset: 1 }),

  ...padModes.flatMap((mode) =>
    pads.map((amounts) => row('Pad', [whole(1, 2, 4, 5), int64(amounts)], { mode })),
  ),
  ...padModes.map((mode) => row('Pad', [whole(6), vector(2, 3)], { mode })),
  ...padModes.map((mode) => row('Pad', [whole(2, 3, 4), vector(0, 1, 2, 1, 0, 1)].slice(0, 2), { mode })),
  ...padModes.map((mode) =>
    row('Pad', [whole(1, 2, 4, 5), vector(1, 2, 2, 1), undefined, vector(2, -1)], { mode }, { opset: 18 }),
  ),
  ...padModes.map((mode) =>
    row('Pad', [whole(1, 2, 4, 5)], { mode, pads: [0, 0, 1, 1, 0, 0, 2, 0] }, { opset: 10 }),
  ),
  row('Pad', [whole(1, 2, 4, 5), vector(0, 0, -1, 1, 0, 0, 1, -2)], { mode: 'constant' }),
  row('Pad', [whole(1, 2, 4, 5), vector(0, 0, -1, -1, 0, 0, -1, -1)], { mode: 'constant' }),
  row('Pad', [whole(1, 2, 4, 5), vector(0, 0, 1, 1, 0, 0, -1, 0)], { mode: 'reflect' }),
  row('Pad', [whole(1, 2, 4, 5), vector(0, 0, -2, 1, 0, 0, 1, 1)], { mode: 'edge' }),
  row('Pad', [whole(2, 3), vector(0, 1, 2, 1), weight(whole())], { mode: 'constant' }),
  row('Pad', [whole(4, 3), vector(-1, 1, 2, -1), weight(whole())], { mode: 'constant' }),
  ...[vector(1, 2, 2, 1), vector(0, 5, 0, 0), vector(4, 0, 3, 5), vector(-1, 2, 1, -2)].map((amounts) =>
    row('Pad', [whole(4, 5), amounts], { mode: 'wrap' }, { opset: 19 }),
  ),
  ...[...padModes, 'wrap'].map((mode) =>
    atRunTime('Pad', [whole(2, 4, 5), vector(1, 2, 2, 1), undefined, vector(2, -2)], { mode }, 19),
  ),
  row('CenterCropPad', [whole(4, 5), vector(2, 8)], {}, { opset: 18 }),
  row('CenterCropPad', [whole(2, 4, 5), vector(7, 2)], { axes: [-2, 2] }, { opset: 18 }),
];
