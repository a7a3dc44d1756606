import { float } from '../../../lib/onnx/graph/attributes.js';
import { avoiding, type Draw, normal, type Row, row, uniform, weight } from '../row.js';

const shapes: readonly (readonly number[])[] = [[9], [2, 3, 2, 2]];
const each = (make: (...dims: number[]) => Row): readonly Row[] => shapes.map((dims) => make(...dims));
const off =
  (...kinks: number[]) =>
  (...dims: number[]): Draw =>
    avoiding(kinks, ...dims);

/** Bounds as inputs, which are weights here: they get no cotangent. */
const clip = (low: number | undefined, high: number | undefined, dims: readonly number[]): Row =>
  row(
    'Clip',
    [avoiding([low ?? 9, high ?? 9], ...dims)],
    {},
    {
      note: `${low ?? '−∞'} to ${high ?? '∞'}`,
      build: (b, [x]) => {
        const bound = (value: number | undefined) =>
          value === undefined ? undefined : b.castLike(b.scalar(value, 'float32'), x!);
        return b.op('Clip', [x, bound(low), bound(high)]);
      },
    },
  );

export const activation: readonly Row[] = [
  ...each((...dims) => row('Relu', [off(0)(...dims)])),
  ...each((...dims) => row('Sigmoid', [normal(...dims)])),
  ...each((...dims) => row('Softplus', [normal(...dims)])),
  ...each((...dims) => row('Softsign', [off(0)(...dims)])),
  ...each((...dims) => row('HardSwish', [off(-3, 3)(...dims)])),
  ...each((...dims) => row('HardSigmoid', [off(-2.5, 2.5)(...dims)])),
  row('HardSigmoid', [off(-3, 3)(2, 9)], { alpha: 1 / 6, beta: 0.5 }),
  row('HardSigmoid', [off(-1, 0)(2, 9)], { alpha: float(1), beta: float(1) }),
  ...each((...dims) => row('LeakyRelu', [off(0)(...dims)])),
  row('LeakyRelu', [off(0)(2, 9)], { alpha: 0.2 }),
  row('LeakyRelu', [off(0)(2, 9)], { alpha: -0.5 }),
  ...each((...dims) => row('Elu', [off(0)(...dims)])),
  row('Elu', [off(0)(2, 9)], { alpha: 0.5 }),
  row('Elu', [off(0)(2, 9)], { alpha: float(2) }),
  ...each((...dims) => row('Selu', [off(0)(...dims)])),
  row('Selu', [off(0)(2, 9)], { alpha: 1.5, gamma: float(2) }),
  ...each((...dims) => row('Celu', [off(0)(...dims)])),
  row('Celu', [off(0)(2, 9)], { alpha: 0.5 }),
  row('Celu', [off(0)(2, 9)], { alpha: float(3) }),
  ...each((...dims) => row('ThresholdedRelu', [off(1)(...dims)])),
  row('ThresholdedRelu', [off(0.5)(2, 9)], { alpha: 0.5 }),
  ...each((...dims) => row('Gelu', [normal(...dims)], {}, { opset: 20 })),
  ...each((...dims) => row('Gelu', [normal(...dims)], { approximate: 'tanh' }, { opset: 20 })),
  ...each((...dims) => row('Mish', [normal(...dims)], {}, { opset: 18 })),
  row('Shrink', [off(-0.5, 0.5)(2, 9)], {}, { roundsWithin: true }),
  row('Shrink', [off(-1.5, 1.5)(2, 9)], { lambd: 1.5, bias: 0.5 }, { roundsWithin: true }),
  ...(
    [
      [-1, 1],
      [0, 6],
      [undefined, 2],
      [-2, undefined],
      [undefined, undefined],
    ] as const
  ).flatMap(([low, high]) => shapes.map((dims) => clip(low, high, dims))),
  row('Clip', [off(-1, 2)(2, 9)], { min: float(-1), max: float(2) }, { opset: 6 }),
  row('Clip', [off(0)(2, 9)], { min: float(0) }, { opset: 10 }),
  // Bounds that are differentiated by: both, one, and a lower one above the upper one.
  ...(
    [
      [uniform(-1.2, -0.8), uniform(0.8, 1.2)],
      [uniform(-1.2, -0.8), undefined],
      [undefined, uniform(0.8, 1.2)],
      [uniform(0.8, 1.2), uniform(-1.2, -0.8)],
    ] as const
  ).map((bounds, i) =>
    row('Clip', [off(-1, 1)(2, 9), ...bounds], {}, { note: ['between', 'from', 'to', 'crossed'][i] ?? '' }),
  ),
  ...[[9], [1], [], [2, 1], [2, 9]].map((slopes) =>
    row('PRelu', [off(0)(2, 9), weight(uniform(-1, 1, ...slopes))]),
  ),
  row('PRelu', [off(0)(2, 3, 2, 2), weight(uniform(-1, 1, 3, 1, 1))]),
];
