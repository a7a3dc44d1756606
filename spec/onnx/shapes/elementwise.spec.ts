import { float32, int64, tensor } from '../../../lib/tensor/tensor.js';
import { bools, type Case, constant, data, input, ints, itInfers, itRefuses, weights } from './harness.js';

const unary =
  `Abs Acos Acosh Asin Asinh Atan Atanh Ceil Celu Cos Cosh CumSum Elu Erf Exp Floor HardSigmoid HardSwish
  Hardmax Identity IsInf IsNaN LeakyRelu Log LogSoftmax LpNormalization Neg Reciprocal Relu Round Selu Shrink Sigmoid
  Sign Sin Sinh Softmax Softplus Softsign Sqrt Tan Tanh ThresholdedRelu MeanVarianceNormalization`.split(
    /\s+/,
  );

const integer = (numbers: readonly number[], dims: readonly number[]) => input(int64(numbers, dims));

describe('shapes of elementwise operators', () => {
  itInfers(
    unary.map((op) => ({
      op,
      operands: op === 'CumSum' ? [data(2, 3, 4, 5), constant(int64([1], []))] : [data(2, 3, 4, 5)],
    })),
  );
  itInfers([
    { op: 'Mish', operands: [data(2, 3)], opset: 18 },
    { op: 'Gelu', operands: [data(2, 3)], opset: 20 },
    { op: 'Not', operands: [input(bools([2, 2], [1, 0, 1, 0]))] },
    { op: 'Clip', operands: [data(3, 4)] },
    { op: 'Clip', operands: [data(3, 4), constant(float32([0], [])), constant(float32([6], []))] },
    { op: 'Clip', operands: [data(3, 4), null, constant(float32([6], []))] },
    { op: 'PRelu', operands: [data(2, 3, 4), weights(3, 1)] },
    { op: 'Dropout', operands: [data(2, 3)], outputs: 2 },
    { op: 'Neg', operands: [ints(1, -2, 3)] },
    { op: 'Abs', operands: [ints(1, -2, 3)] },
    { op: 'Floor', operands: [constant(float32([1.5, -1.5]))] },
    { op: 'Ceil', operands: [constant(float32([1.5, -1.5]))] },
    { op: 'Round', operands: [constant(float32([0.5, 1.5, 2.5, -0.5, -1.5, 1.4, -2.6]))] },
    { op: 'Sqrt', operands: [constant(float32([2, 4]))] },
  ]);
  itInfers(
    ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Mean', 'Sum', 'Mod'].flatMap((op): Case[] => {
      const attributes = op === 'Mod' ? { fmod: 1 } : {};
      return [
        { op, operands: [data(2, 3, 4), data(2, 3, 4)], attributes },
        { op, operands: [data(2, 3, 4), data(4)], attributes },
        { op, operands: [data(2, 1, 4), data(3, 1)], attributes },
        { op, operands: [weights(), data(2, 3)], attributes },
        { op, operands: [constant(float32([0.5, 2.25])), constant(float32([0.1, 3]))], attributes },
      ];
    }),
  );
  itInfers(
    ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mod'].flatMap((op): Case[] => [
      { op, operands: [ints(7, -7, 7, -7), ints(2, 2, -2, -2)] },
      { op, operands: [constant(int64([5], [])), ints(2, 3)] },
    ]),
  );
  itInfers([
    { op: 'Sum', operands: [data(2, 3), data(3), data(1, 1)] },
    { op: 'Max', operands: [ints(1, 5), ints(4, 2), ints(3, 3)] },
    { op: 'Max', operands: [data(2, 3)] },
    { op: 'Pow', operands: [data(2, 3), integer([2], [1])] },
    {
      op: 'BitShift',
      operands: [
        input(tensor('uint8', Uint8Array.of(1, 2), [2])),
        input(tensor('uint8', Uint8Array.of(1, 2), [2])),
      ],
      attributes: { direction: 'LEFT' },
    },
    { op: 'BitwiseAnd', operands: [integer([1, 2], [2]), integer([3], [1])], opset: 18 },
    { op: 'BitwiseNot', operands: [integer([1, 2], [2])], opset: 18 },
  ]);
  itInfers(
    ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].flatMap((op): Case[] => [
      { op, operands: [data(2, 3), data(3)] },
      { op, operands: [integer([1, 2], [2, 1]), integer([1, 2, 3], [3])] },
    ]),
  );
  itInfers(
    ['And', 'Or', 'Xor'].map((op) => ({
      op,
      operands: [input(bools([2, 1], [1, 0])), input(bools([2], [1, 0]))],
    })),
  );
  itInfers([
    { op: 'Where', operands: [input(bools([2, 1], [1, 0])), data(3), data(4, 2, 3)] },
    { op: 'Where', operands: [constant(bools([3], [1, 0, 1])), ints(1, 2, 3), ints(4, 5, 6)] },
  ]);
  itRefuses([
    [{ op: 'Add', operands: [data(2, 3), data(2)] }, /sizes 3 and 2 cannot be broadcast/],
    [{ op: 'Add', operands: [data(2, 3), integer([1], [1])] }, /float32 and int64 differ/],
    [{ op: 'Where', operands: [input(bools([2], [1, 0])), data(3), data(3)] }, /broadcast/],
  ]);
});

describe('shapes of normalization', () => {
  itInfers([
    {
      op: 'BatchNormalization',
      operands: [data(2, 3, 4, 5), weights(3), weights(3), weights(3), weights(3)],
    },
    { op: 'InstanceNormalization', operands: [data(2, 3, 4, 5), weights(3), weights(3)] },
    { op: 'LayerNormalization', operands: [data(2, 3, 4), weights(4)] },
    {
      op: 'LayerNormalization',
      operands: [data(2, 3, 4), weights(3, 4)],
      attributes: { axis: 1 },
      outputs: 3,
    },
    {
      op: 'GroupNormalization',
      operands: [data(2, 4, 3), weights(4), weights(4)],
      attributes: { num_groups: 2 },
      opset: 21,
    },
    { op: 'LRN', operands: [data(1, 5, 3, 3)], attributes: { size: 3 } },
    { op: 'QuantizeLinear', operands: [data(2, 3), constant(float32([0.1], []))] },
    {
      op: 'QuantizeLinear',
      operands: [data(2, 3), constant(float32([0.1], [])), constant(tensor('int8', Int8Array.of(0), []))],
    },
    {
      op: 'DequantizeLinear',
      operands: [input(tensor('uint8', Uint8Array.of(0, 4), [2])), constant(float32([0.1], []))],
    },
    {
      op: 'DequantizeLinear',
      operands: [
        input(tensor('int32', Int32Array.of(1, 2, 3), [3])),
        constant(float32([0.1])),
        constant(tensor('int32', Int32Array.of(0), [])),
      ],
    },
    { op: 'DynamicQuantizeLinear', operands: [data(2, 3)], outputs: 3 },
  ]);
  itRefuses([
    [
      { op: 'BatchNormalization', operands: [data(2, 3, 4), weights(4), weights(4), weights(4), weights(4)] },
      /4 numbers for 3 channels/,
    ],
  ]);
});
