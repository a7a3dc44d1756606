import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { distance } from '../../lib/gradients/check-point.js';
import { inFloat64, toFloat64 } from '../../lib/gradients/float64.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { type AttributeLike, float } from '../../lib/onnx/graph/attributes.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { compute, noise } from '../autodiff/compute.js';

type Attributes = Readonly<Record<string, AttributeLike>>;

/** Operators with the sizes of their inputs and their attributes. */
const nodes: readonly (readonly [
  op: string,
  inputs: readonly (readonly number[])[],
  attributes?: Attributes,
])[] = [
  ['Conv', [[2, 3, 7, 6], [4, 3, 3, 2], [4]], { pads: [1, 0, 2, 1] }],
  [
    'Conv',
    [
      [1, 4, 9, 9],
      [6, 2, 3, 3],
    ],
    { group: 2, strides: [2, 3], dilations: [2, 1] },
  ],
  [
    'Conv',
    [
      [1, 4, 8, 7],
      [4, 1, 3, 3],
    ],
    { group: 4, auto_pad: 'SAME_UPPER', strides: [2, 2] },
  ],
  ['Conv', [[2, 4, 8, 8], [6, 2, 7, 7], [6]], { group: 2 }],
  [
    'Conv',
    [
      [2, 3, 9],
      [4, 3, 3],
    ],
    { strides: [2] },
  ],
  [
    'Conv',
    [
      [1, 2, 4, 5, 4],
      [2, 2, 2, 3, 2],
    ],
    { pads: [0, 1, 0, 0, 1, 1] },
  ],
  [
    'ConvTranspose',
    [[2, 3, 4, 5], [3, 2, 3, 3], [2]],
    { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  ],
  [
    'ConvTranspose',
    [
      [1, 4, 4, 4],
      [4, 2, 3, 2],
    ],
    { group: 2, strides: [2, 1], dilations: [1, 2] },
  ],
  ['AveragePool', [[1, 2, 7, 8]], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
  ['AveragePool', [[1, 2, 7, 8]], { kernel_shape: [3, 2], pads: [1, 1, 1, 0], count_include_pad: 1 }],
  ['AveragePool', [[1, 2, 6, 6]], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['GlobalAveragePool', [[2, 3, 4, 5]]],
  ['GlobalMaxPool', [[2, 3, 4, 5]]],
  ['LRN', [[1, 7, 3, 3]], { size: 5, alpha: 0.3, beta: 0.75, bias: 1.5 }],
  ['LRN', [[1, 7, 3, 3]], { size: 3, alpha: 0.3, beta: 0.75, bias: float(1) }],
  ['InstanceNormalization', [[2, 3, 4, 4], [3], [3]], { epsilon: 0.01 }],
  ['Sigmoid', [[9]]],
  ['LeakyRelu', [[9]], { alpha: 0.2 }],
  [
    'PRelu',
    [
      [2, 3, 4],
      [3, 1],
    ],
  ],
  ['Elu', [[9]], { alpha: 1.5 }],
  ['HardSigmoid', [[9]], { alpha: 0.3, beta: 0.4 }],
  ['HardSwish', [[9]]],
  ['Softplus', [[9]]],
  ['Softsign', [[9]]],
  ['Erf', [[9]]],
  ['Tan', [[9]]],
  ['Mean', [[2, 3], [3], [2, 1]]],
  ['ReduceL1', [[2, 3, 4]], { axes: [0, 2] }],
  ['ReduceL2', [[2, 3, 4]], { axes: [-1], keepdims: 0 }],
];

describe('inFloat64', () => {
  for (const [op, shapes, attributes] of nodes)
    it(`computes what ONNX Runtime does in single precision: ${op} of ${shapes.map(String).join(' and ')}`, () =>
      agrees(shapes, (b, x) => b.op(op, x, attributes)));

  for (const [scales, attributes] of [
    [[1, 1, 2, 2], { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }],
    [[1, 1, 0.6, 1.7], { mode: 'linear' }],
    [[1, 1, 1.5, 2], { mode: 'cubic', coordinate_transformation_mode: 'align_corners' }],
  ] as const)
    it(`computes what ONNX Runtime does in single precision: Resize, ${attributes.mode}`, () =>
      agrees([[1, 2, 5, 6]], (b, [x]) =>
        b.op('Resize', [x, undefined, b.constant(float32(scales))], attributes),
      ));

  for (const [op, of, attributes] of [
    [
      'LayerNormalization',
      [
        [2, 3, 4],
        [3, 4],
        [3, 4],
      ],
      { axis: 1, epsilon: 0.1 },
    ],
    ['LayerNormalization', [[2, 3, 4], [4]], {}],
    [
      'LSTM',
      [
        [3, 2, 4],
        [1, 12, 4],
        [1, 12, 3],
        [1, 24],
      ],
      { hidden_size: 3 },
    ],
    [
      'GRU',
      [
        [3, 2, 4],
        [1, 9, 4],
        [1, 9, 3],
        [1, 18],
      ],
      { hidden_size: 3, linear_before_reset: 1 },
    ],
    [
      'RNN',
      [
        [3, 2, 4],
        [2, 3, 4],
        [2, 3, 3],
      ],
      { hidden_size: 3, direction: 'bidirectional' },
    ],
  ] as const)
    it(`computes every result: ${op} of ${of.map(String).join(' and ')}`, async () => {
      const count = op === 'LayerNormalization' || op === 'LSTM' ? 3 : 2;
      for (let at = 0; at < count; at++)
        await agrees(of, (b, x) => b.ops(op, x, count, attributes)[at] ?? x[0]!);
    });

  for (const [scale, axis] of [
    [[0.5], 0],
    [[0.5, 0.25, 2], -2],
  ] as const)
    it(`dequantizes by ${scale.length} scales`, () =>
      agrees([[2, 3, 4]], (b, [x]) => {
        const q = b.cast(b.mul(x!, 40), 'int8');
        const zeroPoint = b.cast(b.sizes(scale.map((_, i) => 3 - i)), 'int8');
        const parameters = scale.length === 1 ? [b.scalar(0.5, 'float32'), b.squeeze(zeroPoint, [0])] : null;
        const exact = b.op(
          'DequantizeLinear',
          [q, ...(parameters ?? [b.constant(float32(scale)), zeroPoint])],
          {
            axis,
          },
        );
        return b.add(exact, x!);
      }));

  it('has sequences of wide elements', () =>
    agrees([[2, 3]], (b, [x]) => {
      const some = b.op('SequenceInsert', [b.op('SequenceEmpty', []), x]);
      return b.op('SequenceAt', [some, b.scalar(0, 'int64')]);
    }));

  it('has no form where a result would stay in single precision', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [4]);
    const [, scale] = b.ops('DynamicQuantizeLinear', [x], 3);
    b.output(b.mul(x, scale!), 'y');
    expect(inFloat64(b.model(), { x: [4] })).to.equal(null);
  });

  it('has no form for scales of Resize that are inputs', () => {
    const b = new Builder();
    const inputs = [b.input('x', 'float32', [1, 1, 4, 4]), undefined, b.input('scales', 'float32', [4])];
    b.output(b.op('Resize', inputs, { mode: 'linear' }), 'y');
    expect(() => inFloat64(b.model(), { x: [1, 1, 4, 4], scales: [4] })).to.throw(/no double-precision form/);
  });

  it('widens constants, casts and inputs, and does not change integers', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', ['n', 2]);
    b.output(b.mul(b.cast(b.cast(x, 'int64'), 'float32'), b.constant(float32([0.5, 2]))), 'y');
    const wide = inFloat64(b.model(), { x: [1, 2] });
    if (wide === null) throw new Error('there is a form');
    expect(wide.graph.inputs).to.deep.equal([{ name: 'x', type: { dtype: 'float64', shape: [1, 2] } }]);
    const found = await compute(wide, { x: toFloat64(float32([3.7, -1.2], [1, 2])) });
    expect(found['y']).to.deep.include({ dtype: 'float64', data: Float64Array.of(1.5, -2) });
  });

  it('keeps the slope of Sigmoid finite far from 0', async () => {
    const b = new Builder();
    b.output(b.op('Sigmoid', [b.input('x', 'float32', [3])]), 'y');
    const wide = inFloat64(b.model(), { x: [3] });
    if (wide === null) throw new Error('there is a form');
    const slope = grad(wide, { outputs: ['y'], wrt: ['x'] });
    const x = toFloat64(float32([-2000, 0, 2000]));
    const found = await compute(slope, { x, d_y: toFloat64(float32([1, 1, 1])) });
    expect(Array.from(found['d_x']?.data ?? [], Number).map((each) => each + 0)).to.deep.equal([0, 0.25, 0]);
  });

  it('has no form for graphs within nodes', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1]);
    const inner = new Builder(b);
    inner.output(inner.neg(x), 'minus');
    const branch = { type: 'graph', value: inner.graph() } as const;
    const condition = b.greater(b.squeeze(x, [0]), 0);
    b.output(b.op('If', [condition], { then_branch: branch, else_branch: branch }), 'y');
    expect(inFloat64(b.model(), { x: [1] })).to.equal(null);
  });
});

async function agrees(
  shapes: readonly (readonly number[])[],
  build: (b: Builder, x: readonly Value[]) => Value,
): Promise<void> {
  const b = new Builder();
  b.output(
    build(
      b,
      shapes.map((dims, i) => b.input(`x${i}`, 'float32', dims)),
    ),
    'y',
  );
  const entries = shapes.map((dims, i) => [`x${i}`, noise(i + 1, ...dims)] as const);
  const wide = inFloat64(b.model(), Object.fromEntries(entries.map(([name, { dims }]) => [name, dims])));
  if (wide === null) throw new Error('there is a form');
  const own = await compute(b.model(), Object.fromEntries(entries));
  const exact = await compute(wide, Object.fromEntries(entries.map(([name, t]) => [name, toFloat64(t)])));
  expect(exact['y']?.dims).to.deep.equal(own['y']?.dims);
  expect(exact['y']?.dtype).to.equal('float64');
  expect(distance(exact, own, 'y')).to.be.below(2e-6);
}
