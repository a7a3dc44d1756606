import { float } from '../../../lib/onnx/graph/attributes.js';
import { int64 } from '../../../lib/tensor/tensor.js';
import { avoiding, held, normal, positive, type Row, row, weight } from '../row.js';

const channels = (n: number) => [weight(normal(n)), weight(normal(n))];

export const normalization: readonly Row[] = [
  ...(['Softmax', 'LogSoftmax'] as const).flatMap((op) => [
    ...[0, 1, 2, -1, -3].map((axis) => row(op, [normal(2, 3, 4)], { axis })),
    row(op, [normal(5)]),
    row(op, [normal(2, 3, 4)]),
    row(op, [normal(1, 2, 3, 2)], { axis: 1 }),
    row(op, [normal(2, 3, 4)], { axis: 1 }, { opset: 11 }),
    row(op, [normal(2, 3, 4)], {}, { opset: 11 }),
    row(op, [normal(2, 3, 4)], { axis: 2 }, { opset: 11 }),
  ]),
  ...[
    [2, 3, 4, 4],
    [2, 3, 5],
    [1, 2, 2, 3, 2],
    [4, 3],
  ].flatMap((dims) => {
    const n = dims[1]!;
    return [
      row('BatchNormalization', [normal(...dims), ...channels(n), held(normal(n)), held(positive(n))]),
      row('BatchNormalization', [normal(...dims), ...channels(n), held(normal(n)), held(positive(n))], {
        epsilon: 0.1,
      }),
      row(
        'BatchNormalization',
        [normal(...dims), ...channels(n), held(normal(n)), held(positive(n))],
        { training_mode: 1 },
        {
          build: (b, inputs) => b.ops('BatchNormalization', inputs, 3, { training_mode: 1 })[0]!,
        },
      ),
    ];
  }),
  row(
    'BatchNormalization',
    [normal(2, 3, 4, 4), ...channels(3), held(normal(3)), held(positive(3))],
    {},
    { opset: 9 },
  ),
  // Statistics that are differentiated by, also those of the batch, and running ones as outputs.
  row('BatchNormalization', [normal(2, 3, 4), ...channels(3), weight(normal(3)), weight(positive(3))], {
    epsilon: 0.1,
  }),
  row(
    'BatchNormalization',
    [normal(4, 3, 5), ...channels(3)],
    {},
    {
      note: 'of computed statistics',
      build: (b, [x, scale, bias]) => {
        const square = b.square(b.sub(x!, b.mean(x!, [0, 2])));
        const statistics = [b.mean(x!, [0, 2], false), b.mean(square, [0, 2], false)];
        return b.op('BatchNormalization', [x, scale, bias, ...statistics]);
      },
    },
  ),
  ...[0.9, 0.25].map((momentum) =>
    row(
      'BatchNormalization',
      [normal(3, 2, 4), ...channels(2), weight(normal(2)), weight(positive(2))],
      { training_mode: 1, momentum },
      { outputs: 3 },
    ),
  ),
  ...[
    [2, 3, 4, 4],
    [2, 3, 5],
    [1, 2, 2, 3, 2],
  ].flatMap((dims) => [
    row('InstanceNormalization', [normal(...dims), ...channels(dims[1]!)]),
    row('InstanceNormalization', [normal(...dims), ...channels(dims[1]!)], { epsilon: 0.05 }),
  ]),
  row('GroupNormalization', [normal(2, 4, 3, 3), ...channels(2)], { num_groups: 2 }, { opset: 18 }),
  row('GroupNormalization', [normal(2, 4, 5), ...channels(4)], { num_groups: 4 }, { opset: 18 }),
  row('GroupNormalization', [normal(2, 4, 3, 3), ...channels(4)], { num_groups: 2 }, { opset: 21 }),
  row(
    'GroupNormalization',
    [normal(2, 6, 5), ...channels(6)],
    { num_groups: 3, epsilon: 0.01 },
    { opset: 21 },
  ),
  ...[
    [2, 3, 4],
    [4, 6],
  ].flatMap((dims) =>
    [-1, 1, 0].map((axis) => {
      const own = dims.slice(axis < 0 ? axis + dims.length : axis);
      return row('LayerNormalization', [normal(...dims), weight(normal(...own)), weight(normal(...own))], {
        axis,
      });
    }),
  ),
  row('LayerNormalization', [normal(2, 3, 4), weight(normal(4))]),
  row('LayerNormalization', [normal(2, 3, 4), weight(normal(4)), weight(normal(4))], { epsilon: 0.1 }),
  row(
    'LayerNormalization',
    [normal(2, 3, 4), weight(normal(4)), weight(normal(4))],
    { stash_type: 1 },
    {
      note: 'with mean and deviation',
      build: (b, inputs) => b.ops('LayerNormalization', inputs, 3)[0]!,
    },
  ),
  row('LayerNormalization', [normal(2, 3, 4), weight(normal(3, 4))], { axis: 1 }, { outputs: 3 }),
  ...[
    [4, 5],
    [2, 3, 4],
    [2, 3, 2, 3],
  ].flatMap((dims) =>
    Array.from({ length: 2 * dims.length }, (_, i) => i - dims.length).map((axis) => {
      const own = dims.slice(axis < 0 ? axis + dims.length : axis);
      const parameters = [weight(normal(...own)), weight(normal(...own))];
      return row(
        'LayerNormalization',
        [normal(...dims), ...parameters],
        { axis, epsilon: 0.01 },
        { outputs: 3 },
      );
    }),
  ),
  row('RMSNormalization', [normal(2, 3, 4), weight(normal(4))], {}, { opset: 23 }),
  row('RMSNormalization', [normal(2, 3, 4), weight(normal(3, 4))], { axis: 1, epsilon: 0.1 }, { opset: 23 }),
  row('MeanVarianceNormalization', [normal(2, 3, 3, 4)]),
  row('MeanVarianceNormalization', [normal(2, 3, 3, 4)], { axes: [2, 3] }),
  ...[0, 1, -1].flatMap((axis) =>
    [1, 2].map((p) => row('LpNormalization', [avoiding([0], 2, 3, 4)], { axis, p })),
  ),
  ...[1, 3, 5].map((size) => row('LRN', [normal(2, 7, 3, 3)], { size, alpha: 0.3, beta: 0.75, bias: 1.5 })),
  row('LRN', [normal(1, 5, 2, 2)], { size: 3 }),
  row('LRN', [normal(1, 3, 2, 2)], { size: 5, alpha: float(1), beta: 0.5, bias: float(2) }),
  row('LRN', [normal(1, 4, 5, 1)], { size: 3, alpha: 0.5 }),
  ...(['none', 'mean', 'sum'] as const).flatMap((reduction) =>
    (['SoftmaxCrossEntropyLoss', 'NegativeLogLikelihoodLoss'] as const).flatMap((op) => [
      row(
        op,
        [normal(3, 4)],
        { reduction },
        { build: (b, [x]) => b.op(op, [x, b.sizes([1, 3, 0])], { reduction }) },
      ),
      row(
        op,
        [normal(3, 4, 2), weight(positive(4))],
        { reduction },
        {
          note: 'by weights, one label ignored',
          build: (b, [x, weights]) => {
            const labels = b.constant(int64([1, 3, 0, 1, 2, 1], [3, 2]));
            return b.op(op, [x, labels, weights], { reduction, ignore_index: 2 });
          },
        },
      ),
    ]),
  ),
];
