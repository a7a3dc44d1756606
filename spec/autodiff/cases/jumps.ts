import type { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import { apart, type Row, row, uniform } from '../row.js';

/** Operators that are constant between their jumps, added to Σ x², whose gradient they must not change. */
const steps: Readonly<Record<string, (b: Builder, x: Value) => Value>> = {
  Sign: (b, x) => b.sign(x),
  Floor: (b, x) => b.op('Floor', [x]),
  Ceil: (b, x) => b.op('Ceil', [x]),
  Round: (b, x) => b.op('Round', [x]),
  Equal: (b, x) => b.equal(x, 0.8),
  Greater: (b, x) => b.greater(x, 0.8),
  GreaterOrEqual: (b, x) => b.greaterOrEqual(x, 0.8),
  Less: (b, x) => b.less(x, 0.8),
  LessOrEqual: (b, x) => b.lessOrEqual(x, 0.8),
  IsNaN: (b, x) => b.op('IsNaN', [x]),
  IsInf: (b, x) => b.op('IsInf', [x]),
  And: (b, x) => b.and(b.greater(x, 0), b.less(x, 2)),
  Or: (b, x) => b.or(b.greater(x, 2), b.less(x, 0)),
  Xor: (b, x) => b.op('Xor', [b.greater(x, 2), b.less(x, 0)]),
  Not: (b, x) => b.not(b.greater(x, 0)),
  ArgMax: (b, x) => b.op('ArgMax', [x], { axis: 1 }),
  ArgMin: (b, x) => b.op('ArgMin', [x], { axis: 0, keepdims: 0 }),
  Shape: (b, x) => b.op('Shape', [x]),
  Size: (b, x) => b.op('Size', [x]),
  NonZero: (b, x) => b.op('NonZero', [x]),
  ConstantOfShape: (b, x) => b.op('ConstantOfShape', [b.op('Shape', [x])]),
  Range: (b, x) => b.op('Range', [b.scalar(0, 'int64'), b.op('Size', [x]), b.scalar(1, 'int64')]),
  OneHot: (b, x) =>
    b.op('OneHot', [
      b.op('ArgMax', [x], { axis: 1, keepdims: 0 }),
      b.scalar(4, 'int64'),
      b.constant({ dtype: 'float32', dims: [2], data: Float32Array.of(0, 1) }),
    ]),
  Hardmax: (b, x) => b.op('Hardmax', [x]),
  Cast: (b, x) => b.cast(x, 'int64'),
  // Probabilities of 0 and 1, so that nothing is random.
  Bernoulli: (b, x) => b.op('Bernoulli', [b.castLike(b.greater(x, 0.8), x)]),
  RandomNormalLike: (b, x) => b.mul(b.op('RandomNormalLike', [x]), 0),
  RandomUniformLike: (b, x) => b.mul(b.op('RandomUniformLike', [x]), 0),
  Multinomial: (b, x) => b.mul(b.op('Multinomial', [b.cast(x, 'float32')], { sample_size: 2 }), 0),
  BlackmanWindow: (b, x) => b.op('BlackmanWindow', [b.op('Size', [x])]),
  HammingWindow: (b, x) => b.op('HammingWindow', [b.op('Size', [x])]),
  HannWindow: (b, x) => b.op('HannWindow', [b.op('Size', [x])]),
  MelWeightMatrix: (b, x) =>
    b.op('MelWeightMatrix', [
      ...[4, 16, 8000].map((number) => b.scalar(number, 'int64')),
      b.cast(b.max(b.abs(x), undefined, false), 'float32'),
      b.scalar(4000, 'float32'),
    ]),
  EyeLike: (b, x) => b.op('EyeLike', [x]),
  NonMaxSuppression: (b, x) =>
    b.op('NonMaxSuppression', [
      b.reshape(b.cast(b.slice(b.reshape(x, [-1]), [0], [0], [8]), 'float32'), [1, 2, 4]),
      b.reshape(b.cast(b.slice(b.reshape(x, [-1]), [0], [2], [4]), 'float32'), [1, 1, 2]),
      b.sizes([2]),
    ]),
};

export const jumps: readonly Row[] = Object.entries(steps).map(([op, step]) => {
  const isRounding = ['Floor', 'Ceil', 'Round', 'Cast'].includes(op);
  return row(
    op,
    [isRounding ? uniform(0.1, 0.4, 3, 4) : apart(3, 4)],
    {},
    {
      note: 'beside Σ x²',
      build: (b, [x]) => {
        const jump = b.sum(b.castLike(step(b, x!), x!), undefined, false);
        return b.add(b.sum(b.square(x!), undefined, false), jump);
      },
    },
  );
});
