import { float } from '../../../lib/onnx/graph/attributes.js';
import { float32, sizeOf, tensor } from '../../../lib/tensor/tensor.js';
import { type Case, constant, data, input, ints, itInfers, type Operand, weights } from './harness.js';

const bytes = (...dims: number[]) => tensor('uint8', new Uint8Array(sizeOf(dims)).fill(3), dims);
const signed = (...dims: number[]) => tensor('int8', new Int8Array(sizeOf(dims)).fill(2), dims);
const image = (...dims: number[]): Operand => input(bytes(...dims));
const scale = constant(float32([0.5], []));
const zero = constant(bytes());
const int32 = (...dims: number[]) => tensor('int32', new Int32Array(sizeOf(dims)).fill(1), dims);
const whole = (dims: readonly number[]): Operand => ({ ...input(int32(...dims)), isSymbolic: false });

/** An operator of ONNX Runtime. */
const of = (
  op: string,
  operands: Case['operands'],
  attributes: Case['attributes'] = {},
  outputs = 1,
): Case => ({ op: `com.microsoft.${op}`, operands, attributes, outputs });

const conv = { pads: [1, 1, 1, 1], strides: [2, 1] };

describe('shapes of operators of ONNX Runtime', () => {
  itInfers([
    of('QLinearAdd', [image(2, 3), scale, zero, image(3), scale, zero, scale, zero]),
    of('QLinearMul', [image(2, 1), scale, zero, image(3), scale, zero, scale, zero]),
    of('QLinearSigmoid', [image(2, 3), scale, zero, scale, zero]),
    of('QLinearSoftmax', [image(2, 3), scale, zero, scale, zero], { axis: -1, opset: 13 }),
    of('QLinearConcat', [scale, zero, image(2, 3), scale, zero, image(2, 4), scale, zero], { axis: 1 }),
    of('QLinearGlobalAveragePool', [image(2, 3, 4, 5), scale, zero, scale, zero]),
    of('QLinearGlobalAveragePool', [image(2, 4, 5, 3), scale, zero, scale, zero], { channels_last: 1 }),
    of('QLinearAveragePool', [image(2, 3, 6, 5), scale, zero, scale, zero], { kernel_shape: [2, 3] }),
    of(
      'QLinearConv',
      [image(2, 5, 6, 2), scale, zero, constant(signed(4, 2, 3, 3)), scale, constant(signed()), scale, zero],
      { ...conv, channels_last: 1 },
    ),
    of('NhwcMaxPool', [image(2, 5, 6, 2)], { kernel_shape: [2, 3], strides: [2, 1] }),
    of('QGemm', [image(2, 3), scale, zero, constant(bytes(4, 3)), scale, zero, null, scale, zero], {
      transB: 1,
    }),
    of('QGemm', [image(2, 3), scale, zero, constant(bytes(3, 4)), scale, zero]),
    of('MatMulIntegerToFloat', [image(2, 3), constant(bytes(3, 4)), scale, scale]),
    of('DynamicQuantizeMatMul', [data(2, 5, 3), constant(bytes(3, 4)), scale]),
    of('MatMulNBits', [data(2, 3, 32), constant(bytes(5, 1, 16)), constant(float32([1, 2, 3, 4, 5]))], {
      K: 32,
      N: 5,
      bits: 4,
      block_size: 32,
    }),
    of('FusedConv', [data(1, 2, 5, 6), weights(3, 2, 3, 3)], { ...conv, activation: 'Relu' }),
    of('FusedGemm', [data(2, 3), weights(4, 3)], { transB: 1, activation: 'Relu', alpha: float(1) }),
    of('FusedMatMul', [data(2, 3, 4), weights(2, 5, 4)], { transB: 1 }),
    of('FusedMatMul', [data(3, 2, 4), weights(2, 4, 5)], { transBatchA: 1 }),
    of('BiasGelu', [data(2, 3), weights(3)]),
    of('ConvTransposeWithDynamicPads', [data(1, 2, 3, 4), weights(2, 3, 3, 3), ints(1, 0, 1, 1)], {
      strides: [2, 2],
    }),
    of('SkipLayerNormalization', [data(2, 3, 4), data(2, 3, 4), weights(4)], {}),
    of(
      'EmbedLayerNormalization',
      [whole([2, 3]), whole([2, 3]), weights(4, 5), weights(4, 5), weights(2, 5), weights(5), weights(5)],
      {},
      2,
    ),
    of('MultiHeadAttention', [data(2, 3, 8), data(2, 4, 8), data(2, 4, 6)], { num_heads: 2 }),
    of('MultiHeadAttention', [data(2, 3, 8), data(2, 2, 4, 4), data(2, 2, 4, 4)], { num_heads: 2 }),
    of('Attention', [data(2, 4, 6), weights(6, 24), weights(24)], { num_heads: 2 }),
    of('Attention', [data(2, 4, 6), weights(6, 20), weights(20)], {
      num_heads: 2,
      qkv_hidden_sizes: [8, 8, 4],
    }),
    of('QuickGelu', [data(2, 3)]),
    of('Inverse', [data(2, 3, 3)]),
  ]);
});
