import { type Draw, normal, type Row, row, weight, whole } from '../row.js';

interface Setting {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly bias?: boolean;
  readonly [attribute: string]: unknown;
}

function convolve(op: 'Conv' | 'ConvTranspose') {
  return ({ x, w, bias = false, ...attributes }: Setting): Row => {
    const groups = typeof attributes['group'] === 'number' ? attributes['group'] : 1;
    const channels = op === 'Conv' ? w[0]! : w[1]! * groups;
    const inputs = [whole(...x), weight(whole(...w)), ...(bias ? [weight(whole(channels))] : [])];
    return row(op, inputs, Object.fromEntries(Object.entries(attributes).filter(isAttribute)));
  };
}

function isAttribute(entry: [string, unknown]): entry is [string, number | string | number[]] {
  return entry[1] !== undefined;
}

const strides = [
  [1, 1],
  [2, 2],
  [3, 2],
];
const dilations = [
  [1, 1],
  [2, 2],
  [1, 3],
];
const paddings = [
  [0, 0, 0, 0],
  [1, 1, 1, 1],
  [2, 0, 1, 3],
];

const conv: readonly Setting[] = [
  // Every stride with every dilation and every padding.
  ...strides.flatMap((s) =>
    dilations.flatMap((d) =>
      paddings.map((p) => ({ x: [1, 2, 8, 9], w: [3, 2, 3, 2], strides: s, dilations: d, pads: p })),
    ),
  ),
  // Kernels: a pixel, a row, a column, large, as large as the image.
  ...[
    [1, 1],
    [1, 3],
    [3, 1],
    [5, 5],
    [7, 6],
  ].flatMap((k) =>
    [
      [1, 1],
      [2, 2],
    ].map((s) => ({ x: [2, 2, 7, 6], w: [3, 2, ...k], strides: s, bias: true })),
  ),
  // A stride that leaves the last rows out, or jumps over whole windows.
  { x: [1, 1, 8, 7], w: [1, 1, 2, 2], strides: [3, 3] },
  { x: [1, 1, 9, 9], w: [1, 1, 1, 1], strides: [2, 2] },
  { x: [1, 1, 9, 9], w: [2, 1, 2, 2], strides: [4, 3] },
  // Windows side by side.
  { x: [2, 2, 6, 4], w: [3, 2, 2, 2], strides: [2, 2], bias: true },
  { x: [1, 4, 6, 9], w: [4, 2, 3, 3], strides: [3, 3], group: 2 },
  // Fewer channels than outputs: even counted at all positions of the kernel, or only just.
  { x: [2, 1, 5, 6], w: [9, 1, 3, 3], pads: [1, 1, 1, 1] },
  { x: [2, 2, 6, 7], w: [12, 2, 2, 3], strides: [2, 1], dilations: [1, 2] },
  { x: [2, 2, 5, 6], w: [5, 2, 3, 3], pads: [1, 0, 2, 1], dilations: [1, 2] },
  // Groups.
  ...[
    { x: [1, 4, 5, 6], w: [6, 2, 3, 3], group: 2 },
    { x: [2, 4, 5, 6], w: [4, 1, 3, 3], group: 4 },
    { x: [1, 4, 5, 6], w: [8, 1, 3, 3], group: 4 },
    { x: [1, 6, 5, 6], w: [3, 2, 1, 1], group: 3 },
  ]
    .flatMap((setting) => [
      { ...setting, bias: true },
      { ...setting, pads: [1, 1, 1, 1], strides: [2, 2] },
      { ...setting, pads: [2, 2, 2, 2], dilations: [2, 2] },
    ])
    .filter(({ w, ...rest }) => !('dilations' in rest) || w[2] !== 1),
  // Padding by name.
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad) => [
    { x: [1, 2, 7, 8], w: [2, 2, 3, 3], auto_pad },
    { x: [1, 2, 7, 8], w: [2, 2, 3, 3], auto_pad, strides: [2, 2] },
    { x: [1, 2, 7, 8], w: [2, 2, 4, 2], auto_pad, strides: [1, 3] },
    { x: [1, 2, 9], w: [2, 2, 4], auto_pad, strides: [2] },
  ]),
  // One axis, three axes.
  { x: [2, 3, 9], w: [4, 3, 3] },
  { x: [2, 3, 9], w: [4, 3, 3], strides: [2], bias: true },
  { x: [2, 3, 9], w: [4, 3, 4], pads: [2, 1], dilations: [2] },
  { x: [2, 4, 9], w: [4, 2, 3], pads: [1, 1], group: 2, strides: [3] },
  { x: [1, 2, 4, 5, 4], w: [2, 2, 2, 3, 2] },
  { x: [1, 2, 4, 5, 4], w: [2, 2, 2, 3, 2], pads: [1, 1, 0, 0, 1, 1], bias: true },
  { x: [1, 2, 5, 5, 6], w: [2, 2, 2, 3, 2], strides: [2, 1, 3] },
  { x: [1, 2, 5, 5, 6], w: [2, 1, 2, 2, 2], dilations: [2, 1, 3], group: 2 },
  { x: [1, 1, 4, 4, 4], w: [1, 1, 3, 3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2, 2] },
];

const transposed: readonly Setting[] = [
  ...strides.flatMap((s) =>
    [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [1, 0, 0, 1],
    ].flatMap((p) => [
      { x: [1, 2, 4, 5], w: [2, 3, 3, 3], strides: s, pads: p },
      ...(s[0] === 1
        ? []
        : [{ x: [1, 2, 4, 5], w: [2, 3, 3, 3], strides: s, pads: p, output_padding: [1, 1] }]),
    ]),
  ),
  { x: [1, 3, 4, 5], w: [3, 2, 2, 2], strides: [2, 2], bias: true },
  { x: [2, 3, 4, 5], w: [3, 2, 4, 4], strides: [2, 2], pads: [1, 1, 1, 1], bias: true },
  { x: [1, 2, 4, 4], w: [2, 2, 1, 1] },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 3], dilations: [2, 2] },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 2], dilations: [1, 3], strides: [2, 1] },
  { x: [1, 4, 4, 4], w: [4, 2, 3, 3], group: 2, strides: [2, 1], bias: true },
  { x: [1, 4, 4, 4], w: [4, 1, 3, 3], group: 4, strides: [2, 2], pads: [1, 1, 1, 1] },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 3], strides: [2, 2], output_shape: [8, 8] },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 3], strides: [2, 2], output_shape: [9, 8], auto_pad: 'SAME_LOWER' },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 3], strides: [2, 2], output_shape: [10, 10] },
  { x: [1, 2, 4, 4], w: [2, 2, 2, 2], strides: [2, 2], output_shape: [9, 9] },
  { x: [1, 2, 4, 3], w: [2, 2, 1, 2], strides: [3, 3], auto_pad: 'SAME_UPPER' },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 3], strides: [2, 2], auto_pad: 'VALID' },
  { x: [2, 3, 5], w: [3, 2, 3], strides: [2], pads: [1, 1], output_padding: [1] },
  { x: [2, 3, 5], w: [3, 2, 4], dilations: [2] },
  { x: [1, 2, 3, 3, 2], w: [2, 2, 2, 2, 2], strides: [2, 2, 2] },
  { x: [1, 2, 3, 3, 2], w: [2, 1, 3, 2, 2], strides: [1, 2, 1], pads: [1, 0, 0, 1, 1, 0], bias: true },
];

const causal = { opset: 27, outputs: 2, lacksKernel: true } as const;

export const convolution: readonly Row[] = [
  ...conv.map(convolve('Conv')),
  ...transposed.map(convolve('ConvTranspose')),
  ...['none', 'silu'].flatMap((activation) => [
    row(
      'CausalConvWithState',
      [normal(2, 3, 5), weight(normal(3, 1, 3)), normal(3), normal(2, 3, 2)],
      { activation },
      causal,
    ),
    row('CausalConvWithState', [normal(2, 3, 1), weight(normal(3, 1, 3))], { activation }, causal),
  ]),
  row('CausalConvWithState', [normal(2, 3, 4), weight(normal(3, 1, 1))], {}, causal),
  row('DeformConv', [normal(2, 2, 5, 4), weight(normal(3, 2, 2, 2)), between(2, 8, 4, 3)], {}, { opset: 19 }),
  row(
    'DeformConv',
    [normal(2, 2, 5, 4), weight(normal(3, 2, 2, 2)), between(2, 8, 4, 3), normal(3), normal(2, 4, 4, 3)],
    {},
    { opset: 19 },
  ),
  row(
    'DeformConv',
    [normal(1, 4, 6, 5), weight(normal(4, 2, 3, 2)), between(1, 24, 3, 5), undefined, normal(1, 12, 3, 5)],
    { group: 2, offset_group: 2, strides: [2, 1], dilations: [1, 2], pads: [1, 1, 0, 1] },
    { opset: 22 },
  ),
];

/** Offsets that put samples between elements, some outside. */
function between(...dims: number[]): Draw {
  const draw = normal(...dims);
  return {
    ...draw,
    reach: 0.05,
    sample: (r, n) => Array.from({ length: n }, () => r.integer(-2, 2) + (r.uniform() < 0.5 ? 0.25 : 0.7)),
  };
}
