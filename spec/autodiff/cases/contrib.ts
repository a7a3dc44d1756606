import { float, floats } from '../../../lib/onnx/graph/attributes.js';
import { int64, sizeOf, tensor } from '../../../lib/tensor/tensor.js';
import { type Draw, exactly, held, normal, positive, type Row, row, uniform, weight } from '../row.js';

const of = (
  op: string,
  inputs: Row['inputs'],
  attributes: Row['attributes'] = {},
  options: Row['options'] = {},
): Row => row(`com.microsoft.${op}`, inputs, attributes, options);

const int32 = (values: readonly number[], dims: readonly number[]) =>
  tensor('int32', Int32Array.from(values), dims);

const small = (...dims: number[]): Draw => uniform(-0.4, 0.4, ...dims);

/** A mask of keys: the first two images see different numbers of them. */
const keyMask = int32([1, 1, 1, 0, 1, 1, 0, 1], [2, 4]);

/** Activations, and biases with which sums of ±1.8 stay away from their kinks, on either side. */
const activations = [
  [{ activation: 'Relu' }, [2.5, -2.5, 3]],
  [{ activation: 'Tanh' }, [0, 1, -1]],
  [{ activation: 'Sigmoid' }, [0, 1, -1]],
  [{ activation: 'LeakyRelu', activation_params: floats([0.2]) }, [2.5, -2.5, 3]],
  [{ activation: 'Clip', activation_params: floats([-2, 2.5]) }, [0, -4.5, 5]],
  [{ activation: 'HardSigmoid', activation_params: floats([0.1, 0.5]) }, [0, -8, 8]],
] as const;

/** Numbers from ½ to 1, the sign of which changes every `every` numbers. */
const signed = (every: number, ...dims: number[]): Draw =>
  exactly(
    Array.from(
      { length: sizeOf(dims) },
      (_, i) => (0.5 + ((i * 5) % 11) / 22) * (Math.floor(i / every) % 2 === 0 ? 1 : -1),
    ),
    ...dims,
  );

const orientations = [
  {},
  { transA: 1 },
  { transB: 1, alpha: 0.25 },
  { transBatchA: 1 },
  { transBatchB: 1, transA: 1 },
  { transBatchA: 1, transBatchB: 1, transA: 1, transB: 1 },
] as const;

/** [4, 2, 3] times [4, 3, 5], each with its axes where the attributes look for them. */
function matrices(attributes: (typeof orientations)[number]): Row['inputs'] {
  const dims = (batch: number, rows: number, columns: number, isMoved: boolean, isTransposed: boolean) => {
    const [r, c] = isTransposed ? [columns, rows] : [rows, columns];
    return isMoved ? [r, batch, c] : [batch, r, c];
  };
  return [
    normal(...dims(4, 2, 3, 'transBatchA' in attributes, 'transA' in attributes)),
    normal(...dims(4, 3, 5, 'transBatchB' in attributes, 'transB' in attributes)),
  ];
}

export const contrib: readonly Row[] = [
  of('Gelu', [normal(2, 9)]),
  of('BiasGelu', [normal(2, 3), weight(normal(3))]),
  of('FastGelu', [normal(2, 3), weight(normal(3))]),
  of('FastGelu', [normal(2, 9)]),
  of('QuickGelu', [normal(2, 9)]),
  of('QuickGelu', [normal(2, 9)], { alpha: float(1) }),
  of('Inverse', [invertible()]),
  of('Trilu', [normal(3, 4)]),
  of('Pad', [normal(2, 3), int64([0, 1, 2, 0])], { mode: 'constant' }),
  of('GatherND', [normal(2, 3), int64([0, 2, 1, 1], [2, 2])]),
  of('ExpandDims', [normal(2, 3), int32([1], [])]),
  ...activations.map(([attributes, bias]) =>
    of(
      'FusedConv',
      [uniform(-0.1, 0.1, 1, 2, 4, 5), weight(uniform(-1, 1, 3, 2, 3, 3)), weight(exactly(bias, 3))],
      { ...attributes, pads: [1, 1, 1, 1], strides: [2, 1] },
    ),
  ),
  of(
    'FusedConv',
    [
      uniform(-0.1, 0.1, 1, 2, 4, 5),
      weight(uniform(-1, 1, 3, 2, 1, 1)),
      weight(uniform(-0.1, 0.1, 3)),
      signed(7, 1, 3, 4, 5),
    ],
    { activation: 'Relu' },
  ),
  of('FusedConv', [normal(1, 2, 4, 5), weight(normal(3, 2, 1, 1))]),
  ...orientations.map((attributes) => of('FusedMatMul', matrices(attributes), attributes)),
  of('TransposeMatMul', [normal(3, 2), weight(normal(5, 3))], { transA: 1, transB: 1 }),
  of('FusedMatMul', [normal(3), weight(normal(3, 5))], { transA: 1 }),
  of('FusedGemm', [positive(3, 4), weight(signed(4, 5, 4)), weight(uniform(-0.2, 0.2, 5))], {
    activation: 'Relu',
    transB: 1,
    alpha: 0.5,
  }),
  of('FusedGemm', [positive(3, 4), weight(signed(4, 5, 4))], {
    activation: 'LeakyRelu',
    transB: 1,
    activation_alpha: 0.3,
  }),
  of('ConvTransposeWithDynamicPads', [normal(1, 2, 3, 4), weight(normal(2, 3, 3, 3)), int64([1, 0, 1, 1])], {
    strides: [2, 2],
  }),
  of('SkipLayerNormalization', [normal(2, 3, 4), normal(2, 3, 4), weight(normal(4)), weight(normal(4))], {
    epsilon: 1e-5,
  }),
  of(
    'SkipLayerNormalization',
    [normal(2, 3, 4), normal(2, 3, 4), weight(normal(4)), undefined, weight(normal(4))],
    { epsilon: 1e-5 },
  ),
  of('SkipSimplifiedLayerNormalization', [normal(2, 3, 4), normal(2, 3, 4), weight(normal(4))], {
    epsilon: 1e-5,
  }),
  row('SimplifiedLayerNormalization', [normal(2, 3, 4), weight(normal(4))], { epsilon: 1e-5 }),
  of(
    'EmbedLayerNormalization',
    [
      int32([1, 0, 2, 2, 1, 0], [2, 3]),
      int32([0, 1, 1, 0, 0, 1], [2, 3]),
      weight(normal(4, 5)),
      weight(normal(4, 5)),
      weight(normal(2, 5)),
      weight(normal(5)),
      weight(normal(5)),
    ],
    { epsilon: 1e-5 },
    { outputs: 2 },
  ),
  of('MultiHeadAttention', [normal(2, 3, 8), normal(2, 4, 8), normal(2, 4, 8)], { num_heads: 2 }),
  of(
    'MultiHeadAttention',
    [normal(2, 3, 8), normal(2, 4, 8), normal(2, 4, 8), weight(normal(24)), keyMask],
    { num_heads: 2, scale: 0.3 },
    { variants: ['static'] },
  ),
  of(
    'MultiHeadAttention',
    [normal(2, 3, 8), normal(2, 3, 8), normal(2, 3, 8), undefined, undefined, normal(2, 2, 3, 3)],
    { num_heads: 2, unidirectional: 1 },
    { variants: ['static'] },
  ),
  of('MultiHeadAttention', [normal(2, 3, 8), normal(2, 2, 4, 4), normal(2, 2, 4, 4)], { num_heads: 2 }),
  of('Attention', [normal(2, 4, 6), weight(small(6, 24)), weight(small(24))], { num_heads: 2 }),
  of(
    'Attention',
    [normal(2, 4, 6), weight(small(6, 24)), weight(small(24)), keyMask],
    {
      num_heads: 2,
      scale: 0.2,
    },
    { variants: ['static'] },
  ),
  of(
    'Attention',
    [normal(2, 4, 6), weight(small(6, 24)), weight(small(24)), int32([3, 2], [2])],
    {
      num_heads: 2,
    },
    { variants: ['static'] },
  ),
  of('Attention', [normal(2, 4, 6), weight(small(6, 20)), weight(small(20))], {
    num_heads: 2,
    unidirectional: 1,
    qkv_hidden_sizes: [8, 8, 4],
  }),
  of(
    'GridSample',
    [normal(1, 2, 4, 4), held(uniform(-0.9, 0.9, 1, 3, 2, 2))],
    { mode: 'bilinear' },
    { roundsWithin: true },
  ),
];

/** A matrix far from a singular one. */
function invertible() {
  return { ...uniform(-0.3, 0.3, 2, 3, 3), sample: diagonal };
}

function diagonal(r: Parameters<ReturnType<typeof normal>['sample']>[0], count: number): readonly number[] {
  return Array.from(
    { length: count },
    (_, i) => (Math.floor((i % 9) / 3) === i % 3 ? 2 : 0) + 0.6 * r.uniform() - 0.3,
  );
}
