import type { Builder } from '../../../lib/onnx/builder/builder.js';
import type { NamedAttributes, Value } from '../../../lib/onnx/builder/graph-builder.js';
import { type AttributeLike, float } from '../../../lib/onnx/graph/attributes.js';
import { float32, type Tensor, tensor } from '../../../lib/tensor/tensor.js';
import { normal, positive, type Row, row, weight, whole } from '../row.js';
import { contribOp, named } from './contrib-op.js';

/**
 * Steps of whole numbers at a scale of 1 meet no rounding, so differences are exact; what saturates is in
 * quantization.spec.ts. Scales of ½ and ¼ are exact too.
 */
type Build = (b: Builder, quantized: readonly Quantized[]) => Value;

/** A quantized value with its scale and zero point, in the order of operators' inputs. */
type Quantized = readonly [value: Value, scale: Value, zeroPoint: Value];

type Elements = 'int8' | 'uint8';

const one = (b: Builder, scale = 1) => b.constant(float32([scale], []), b.fresh('scale'));

function integers(dtype: Elements, values: readonly number[], dims: readonly number[]): Tensor {
  return dtype === 'int8'
    ? tensor(dtype, Int8Array.from(values), dims)
    : tensor(dtype, Uint8Array.from(values), dims);
}

function zeroPoint(b: Builder, dtype: Elements, value: number): Value {
  return b.constant(integers(dtype, [value], []), b.fresh('zero_point'));
}

function quantized(b: Builder, x: Value, dtype: Elements): Quantized {
  const parameters = [one(b), zeroPoint(b, dtype, dtype === 'int8' ? 3 : 120)] as const;
  return [b.op('QuantizeLinear', [x, ...parameters]), ...parameters];
}

/** Quantizes the inputs, builds, and dequantizes: the result has the scale 1. */
function between(dtype: Elements, build: Build): NonNullable<Row['options']['build']> {
  return (b, inputs) => {
    const values = inputs.flatMap((x) => (x === undefined ? [] : [quantized(b, x, dtype)]));
    return b.op('DequantizeLinear', [build(b, values), ...resultIn(b, dtype)]);
  };
}

const resultIn = (b: Builder, dtype: Elements) =>
  [one(b), zeroPoint(b, dtype, dtype === 'int8' ? 3 : 120)] as const;

const layouts: readonly (readonly [
  string,
  NamedAttributes,
  (b: Builder, x: Quantized) => readonly (Value | undefined)[],
])[] = [
  ['Reshape', {}, (b, [x]) => [x, b.sizes([4, -1])]],
  ['Transpose', { perm: [1, 0, 3, 2] }, (_, [x]) => [x]],
  ['Concat', { axis: 1 }, (_, [x]) => [x, x]],
  ['Slice', {}, (b, [x]) => [x, b.sizes([1]), b.sizes([3]), b.sizes([2])]],
  ['Pad', {}, (b, [x, , zero]) => [x, b.sizes([0, 0, 1, 1, 0, 0, 0, 2]), zero]],
  ['MaxPool', { kernel_shape: [1, 1], strides: [2, 1] }, (_, [x]) => [x]],
  ['Gather', { axis: 2 }, (b, [x]) => [x, b.sizes([2, 0, 2])]],
  ['Unsqueeze', {}, (b, [x]) => [x, b.sizes([1])]],
  ['Flatten', { axis: 2 }, (_, [x]) => [x]],
  ['Identity', {}, (_, [x]) => [x]],
  ['Expand', {}, (b, [x]) => [x, b.sizes([3, 1, 1, 1, 1])]],
  ['Tile', {}, (b, [x]) => [x, b.sizes([1, 2, 1, 1])]],
  ['DepthToSpace', { blocksize: 2 }, (_, [x]) => [x]],
  [
    'Resize',
    { mode: 'nearest' },
    (b, [x]) => [x, undefined, b.constant(float32([1, 1, 2, 2]), b.fresh('scales'))],
  ],
];

/** With a Quantize and a Dequantize node around an operator that moves integers. */
const layoutRows = layouts.flatMap(([op, attributes, operands]): readonly Row[] =>
  (['int8', 'uint8'] as const).map((dtype) =>
    row(
      'QuantizeLinear',
      [whole(2, 4, 4, 2)],
      {},
      {
        note: `${op} of ${dtype}`,
        variants: ['static'],
        build: between(dtype, (b, [x]) => b.op(op, operands(b, x!), attributes)),
      },
    ),
  ),
);

const contribRow = (
  op: string,
  inputs: Row['inputs'],
  attributes: Readonly<Record<string, AttributeLike>>,
  operands: (b: Builder, values: readonly Quantized[]) => readonly (Value | undefined)[],
): Row =>
  row(`com.microsoft.${op}`, inputs, attributes, {
    build: between('uint8', (b, values) => contribOp(b, op, operands(b, values), attributes)),
    variants: ['static'],
  });

const inResult = (b: Builder) => resultIn(b, 'uint8');

/** Weights of small whole numbers. */
const weights = (dims: readonly number[], dtype: Elements = 'int8') => {
  const count = dims.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: count }, (_, i) => ((i * 7) % 5) - 2 + (dtype === 'int8' ? 0 : 2));
  return integers(dtype, values, dims);
};

const qLinearConv = (attributes: NamedAttributes, image: readonly number[], kernel: readonly number[]): Row =>
  row('QLinearConv', [whole(...image)], attributes, {
    variants: ['static'],
    build: between('uint8', (b, [x]) =>
      b.op(
        'QLinearConv',
        [...x!, b.constant(weights(kernel), b.fresh('w')), one(b), zeroPoint(b, 'int8', 0), ...inResult(b)],
        attributes,
      ),
    ),
  });

/** Quantized blocks of four bits, or eight. */
const nBits = (bits: 4 | 8, k: number, withZeroPoints: boolean): Row => {
  const [n, size] = [3, 16];
  const blocks = Math.ceil(k / size);
  const bytes = (count: number, factor: number) =>
    tensor(
      'uint8',
      Uint8Array.from({ length: count }, (_, i) => (i * factor + 11) % 256),
      [count],
    );
  const packed = bytes((n * blocks * size * bits) / 8, 37);
  const attributes = { K: k, N: n, bits, block_size: size };
  return row('com.microsoft.MatMulNBits', [normal(2, 3, k)], attributes, {
    note: withZeroPoints ? 'with zero points' : '',
    build: (b, [a]) => {
      const constant = (value: ReturnType<typeof bytes>, dims: readonly number[]) =>
        b.constant({ ...value, dims }, b.fresh('packed'));
      const scales = b.constant(
        float32(Array.from({ length: n * blocks }, (_, i) => 0.1 + 0.01 * i)),
        b.fresh('s'),
      );
      const zeros = withZeroPoints ? bytes(n * Math.ceil((blocks * bits) / 8), 91) : undefined;
      const operands = [
        a,
        constant(packed, [n, blocks, (size * bits) / 8]),
        scales,
        zeros && constant(zeros, zeros.dims),
      ];
      return contribOp(b, 'MatMulNBits', operands, attributes);
    },
  });
};

export const quantization: readonly Row[] = [
  ...layoutRows,
  row(
    'QuantizeLinear',
    [whole(2, 3, 4)],
    {},
    {
      note: 'by channel',
      build: (b, [x]) => {
        const scales = b.constant(float32([0.25, 1, 0.5]), b.fresh('scale'));
        const zeros = b.constant(tensor('uint8', Uint8Array.of(90, 100, 110), [3]), b.fresh('zero_point'));
        return b.op('DequantizeLinear', [b.op('QuantizeLinear', [x, scales, zeros]), scales, zeros]);
      },
    },
  ),
  row(
    'QuantizeLinear',
    [whole(2, 3)],
    {},
    {
      note: 'converted by Cast',
      build: (b, [x]) => b.cast(b.op('QuantizeLinear', [x, one(b), zeroPoint(b, 'int8', 0)]), 'float32'),
    },
  ),
  row(
    'DequantizeLinear',
    [weight(positive())],
    {},
    {
      note: 'by its scale',
      build: (b, [scale]) => {
        const q = b.constant(tensor('int8', Int8Array.of(-7, 0, 9), [3]), b.fresh('q'));
        return b.op('DequantizeLinear', [q, scale]);
      },
    },
  ),
  ...[5, 4].map((size) =>
    row(
      'DequantizeLinear',
      [weight(positive(2, 2, 3))],
      { axis: 1, block_size: 3 },
      {
        note: `by its scales for blocks of ${size} elements`,
        opset: 21,
        build: (b, [scale]) => {
          const numbers = Int8Array.from({ length: 6 * size }, (_, i) => ((i * 7) % 23) - 11);
          const zeros = tensor(
            'int8',
            Int8Array.from({ length: 12 }, (_, i) => i - 5),
            [2, 2, 3],
          );
          const q = b.constant(tensor('int8', numbers, [2, size, 3]), b.fresh('q'));
          const inputs = [q, scale, b.constant(zeros, b.fresh('zero_point'))];
          return b.op('DequantizeLinear', inputs, { axis: 1, block_size: 3 });
        },
      },
    ),
  ),
  qLinearConv({ pads: [1, 1, 1, 1] }, [2, 2, 5, 4], [3, 2, 3, 3]),
  qLinearConv({ strides: [2, 1], group: 2, auto_pad: 'SAME_UPPER' }, [1, 2, 5, 5], [4, 1, 2, 3]),
  row(
    'QLinearMatMul',
    [whole(2, 3, 4)],
    {},
    {
      build: between('uint8', (b, [x]) => {
        const scales = b.constant(float32([1, 0.5]), b.fresh('scale'));
        const zeros = b.constant(tensor('uint8', Uint8Array.of(2, 2), [2]), b.fresh('zero_point'));
        const even = tensor('uint8', Uint8Array.of(2, 4, 4, 0, 3, 2, 2, 4), [4, 2]);
        return b.op('QLinearMatMul', [...x!, b.constant(even, b.fresh('w')), scales, zeros, ...inResult(b)]);
      }),
    },
  ),
  row(
    'ConvInteger',
    [whole(1, 2, 5, 4)],
    { pads: [0, 1, 1, 0] },
    {
      build: (b, [x]) => {
        const [q, , zero] = quantized(b, x!, 'uint8');
        const w = b.constant(weights([3, 2, 2, 2], 'uint8'), b.fresh('w'));
        const y = b.op('ConvInteger', [q, w, zero, zeroPoint(b, 'uint8', 2)], { pads: [0, 1, 1, 0] });
        return b.mul(b.cast(y, 'float32'), 0.5);
      },
    },
  ),
  row(
    'MatMulInteger',
    [whole(2, 3, 4)],
    {},
    {
      build: (b, [x]) => {
        const [q, , zero] = quantized(b, x!, 'uint8');
        const w = b.constant(weights([4, 2], 'uint8'), b.fresh('w'));
        return b.cast(b.op('MatMulInteger', [q, w, zero, zeroPoint(b, 'uint8', 2)]), 'float32');
      },
    },
  ),
  contribRow('QLinearAdd', [whole(2, 3), whole(3)], {}, (b, [x, y]) => [...x!, ...y!, ...inResult(b)]),
  contribRow('QLinearMul', [whole(2, 3), whole(1, 3)], {}, (b, [x, y]) => [...x!, ...y!, ...inResult(b)]),
  contribRow('QLinearConcat', [whole(2, 3), whole(2, 1)], { axis: 1 }, (b, [x, y]) => [
    ...inResult(b),
    ...x!,
    ...y!,
  ]),
  contribRow('QLinearLeakyRelu', [whole(2, 9)], { alpha: float(1) }, (b, [x]) => [...x!, ...inResult(b)]),
  ...[0, 1].map((channels_last) =>
    contribRow('QLinearGlobalAveragePool', [whole(1, 1, 1, 1)], { channels_last }, (b, [x]) => [
      ...x!,
      ...inResult(b),
    ]),
  ),
  contribRow('QGemm', [whole(3, 4)], { transB: 1, alpha: float(1) }, (b, [x]) => [
    ...x!,
    b.constant(weights([2, 4]), b.fresh('w')),
    one(b),
    zeroPoint(b, 'int8', 1),
    b.constant(tensor('int32', Int32Array.of(5, -6), [2]), b.fresh('c')),
    ...inResult(b),
  ]),
  contribRow('QLinearWhere', [whole(2, 3), whole(1, 3)], {}, (b, [x, y]) => [
    b.constant(tensor('bool', Uint8Array.of(1, 0, 1, 0, 0, 1), [2, 3]), b.fresh('c')),
    ...x!,
    ...y!,
    ...inResult(b),
  ]),
  contribRow('QLinearConv', [whole(1, 4, 3, 2)], { channels_last: 1, pads: [1, 1, 1, 1] }, (b, [x]) => [
    ...x!,
    b.constant(weights([3, 2, 3, 3]), b.fresh('w')),
    one(b),
    zeroPoint(b, 'int8', 0),
    ...inResult(b),
  ]),
  contribRow('NhwcMaxPool', [whole(1, 4, 3, 2)], { kernel_shape: [1, 1], strides: [2, 1] }, (_, [x]) => [
    x![0],
  ]),
  named('MatMulIntegerToFloat', [whole(2, 3, 4)], (b, [x]) => {
    const [q, , zero] = quantized(b, x!, 'uint8');
    const w = b.constant(weights([4, 2]), b.fresh('w'));
    const scales = b.constant(float32([1, 0.5]), b.fresh('scale'));
    const zeros = b.constant(tensor('int8', Int8Array.of(1, -1), [2]), b.fresh('zero_point'));
    const bias = b.constant(float32([3, 4]), b.fresh('bias'));
    return contribOp(b, 'MatMulIntegerToFloat', [q, w, one(b, 0.5), scales, zero, zeros, bias], {});
  }),
  nBits(4, 32, false),
  nBits(4, 40, true),
  nBits(8, 40, true),
];
