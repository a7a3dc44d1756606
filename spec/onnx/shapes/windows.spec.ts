import { int64 } from '../../../lib/tensor/tensor.js';
import { type Case, constant, data, input, ints, itInfers, itRefuses, weights } from './harness.js';

const sizes = [5, 6, 7, 8, 9, 11];

/** Every window against every size: one symbolic formula must hold for all of them. */
const pools: readonly Case[] = ['MaxPool', 'AveragePool', 'LpPool'].flatMap((op) =>
  [
    { kernel_shape: [2, 2], strides: [2, 2] },
    { kernel_shape: [3, 3], strides: [2, 2] },
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
    { kernel_shape: [3, 2], strides: [3, 1], pads: [0, 1, 1, 0] },
    { kernel_shape: [1, 1], strides: [2, 2] },
    { kernel_shape: [2, 2], strides: [3, 3] },
    { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2] },
    { kernel_shape: [3, 3], auto_pad: 'SAME_LOWER', strides: [1, 2] },
    { kernel_shape: [2, 3], auto_pad: 'VALID', strides: [2, 1] },
  ].flatMap((attributes) =>
    (op === 'LpPool' ? [0] : [0, 1]).flatMap((ceil_mode) =>
      (ceil_mode === 1 ? sizes : [7, 8]).map((size) => ({
        op,
        operands: [data(1, 2, size, size + 1)],
        attributes: ceil_mode === 1 ? { ...attributes, ceil_mode } : attributes,
      })),
    ),
  ),
);

describe('shapes of pooling', () => {
  itInfers(pools);
  itInfers([
    { op: 'MaxPool', operands: [data(1, 2, 9)], attributes: { kernel_shape: [3], strides: [2] } },
    { op: 'MaxPool', operands: [data(1, 2, 9)], attributes: { kernel_shape: [3] }, outputs: 2 },
    { op: 'MaxPool', operands: [data(1, 2, 9, 8)], attributes: { kernel_shape: [3, 3], dilations: [2, 1] } },
    {
      op: 'MaxPool',
      operands: [data(1, 2, 9, 10)],
      attributes: { kernel_shape: [3, 3], dilations: [2, 3], strides: [2, 2], ceil_mode: 1 },
    },
    { op: 'AveragePool', operands: [data(1, 2, 4, 5, 6)], attributes: { kernel_shape: [2, 2, 2] } },
    { op: 'GlobalAveragePool', operands: [data(2, 3, 4, 5)] },
    { op: 'GlobalMaxPool', operands: [data(2, 3, 4)] },
    { op: 'GlobalLpPool', operands: [data(2, 3, 4, 5)] },
    {
      op: 'MaxUnpool',
      operands: [data(1, 1, 2, 2), input(int64([5, 7, 13, 15], [1, 1, 2, 2]))],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
    {
      op: 'MaxUnpool',
      operands: [data(1, 1, 2, 2), input(int64([5, 7, 13, 15], [1, 1, 2, 2])), ints(1, 1, 5, 5)],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
    {
      op: 'MaxRoiPool',
      operands: [data(1, 2, 8, 8), weights(3, 5)],
      attributes: { pooled_shape: [2, 3] },
    },
    { op: 'DeformConv', operands: [data(1, 2, 5, 4), weights(3, 2, 2, 2), data(1, 8, 4, 3)], opset: 19 },
    { op: 'AffineGrid', operands: [data(2, 2, 3), ints(2, 3, 4, 5)], opset: 20 },
    { op: 'AffineGrid', operands: [data(2, 3, 4), ints(2, 3, 4, 5, 6)], opset: 20 },
    { op: 'Attention', operands: [data(2, 4, 3, 2), data(2, 4, 5, 2), data(2, 4, 5, 3)], opset: 23 },
    {
      op: 'Attention',
      operands: [data(2, 3, 8), data(2, 5, 4), data(2, 5, 6)],
      attributes: { q_num_heads: 4, kv_num_heads: 2 },
      opset: 23,
      outputs: 4,
    },
    { op: 'RotaryEmbedding', operands: [data(2, 3, 4, 6), weights(2, 4, 3), weights(2, 4, 3)], opset: 23 },
    { op: 'DFT', operands: [data(2, 5, 2)] },
    { op: 'DFT', operands: [data(2, 5, 3, 1)], attributes: { axis: 2, onesided: 1 } },
    { op: 'DFT', operands: [data(2, 5, 1), constant(int64([8], []))], attributes: { axis: 1 } },
    { op: 'DFT', operands: [data(2, 5, 1), null, constant(int64([-2], []))], opset: 20 },
    {
      op: 'STFT',
      operands: [data(2, 9, 1), constant(int64([2], [])), weights(4)],
    },
    {
      op: 'Col2Im',
      operands: [data(1, 8, 12), ints(4, 5), ints(2, 2)],
      opset: 18,
    },
  ]);
  itRefuses([
    [
      { op: 'MaxPool', operands: [data(1, 2, 3, 3)], attributes: { kernel_shape: [5, 5] } },
      /does not fit into 3/,
    ],
    [
      { op: 'MaxPool', operands: [data(1, 2, 3, 3)], attributes: { kernel_shape: [2] } },
      /kernel_shape must have 2 numbers, not 1/,
    ],
    [{ op: 'MaxPool', operands: [data(4, 4)], attributes: { kernel_shape: [2] } }, /at least 3 axes/],
    [
      { op: 'AveragePool', operands: [data(1, 2, 8, 8)], attributes: { kernel_shape: [2, 2], pads: [1, 1] } },
      /pads must have 4 numbers, not 2/,
    ],
  ]);
});

const convolutions: readonly Case[] = [
  {},
  { pads: [1, 1, 1, 1] },
  { pads: [0, 1, 2, 1], strides: [2, 2] },
  { strides: [2, 3] },
  { dilations: [2, 2] },
  { dilations: [2, 1], strides: [2, 2], pads: [2, 2, 2, 2] },
  { auto_pad: 'SAME_UPPER' },
  { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  { auto_pad: 'SAME_LOWER', strides: [3, 2] },
  { auto_pad: 'VALID', strides: [2, 1] },
].flatMap((attributes) =>
  [7, 8, 10].map((size) => ({
    op: 'Conv',
    operands: [data(2, 3, size, size + 1), weights(4, 3, 3, 3), weights(4)],
    attributes,
  })),
);

describe('shapes of convolution', () => {
  itInfers(convolutions);
  itInfers([
    { op: 'Conv', operands: [data(1, 3, 9), weights(4, 3, 3)] },
    {
      op: 'Conv',
      operands: [data(1, 2, 5, 6, 7), weights(3, 2, 2, 2, 2)],
      attributes: { strides: [1, 2, 1] },
    },
    { op: 'Conv', operands: [data(1, 4, 6, 6), weights(8, 2, 3, 3)], attributes: { group: 2 } },
    {
      op: 'Conv',
      operands: [data(1, 4, 6, 6), weights(4, 1, 3, 3)],
      attributes: { group: 4, kernel_shape: [3, 3] },
    },
    { op: 'Conv', operands: [data(1, 3, 5, 5), data(4, 3, 5, 5)] },
  ]);
  itRefuses([
    [{ op: 'Conv', operands: [data(1, 3, 6, 6), weights(4, 2, 3, 3)] }, /image has 3 channels.* for 2/],
    [{ op: 'Conv', operands: [data(1, 3, 6, 6), weights(4, 3, 3)] }, /weights of 3 axes/],
    [
      { op: 'Conv', operands: [data(1, 3, 6, 6), weights(4, 3, 3, 3)], attributes: { kernel_shape: [2, 2] } },
      /kernel_shape/,
    ],
    [{ op: 'Conv', operands: [data(1, 3, 2, 2), weights(4, 3, 3, 3)] }, /does not fit into 2/],
    [{ op: 'Conv', operands: [data(1, 4, 6, 6), weights(3, 2, 3, 3)], attributes: { group: 2 } }, /2 groups/],
    [{ op: 'Conv', operands: [data(1, 3, 6, 6), weights(4, 3, 3, 3), weights(5)] }, /bias/],
  ]);
  itInfers(
    [
      {},
      { strides: [2, 2] },
      { strides: [2, 2], pads: [1, 1, 1, 1] },
      { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
      { strides: [3, 2], pads: [0, 1, 1, 0], output_padding: [2, 0] },
      { dilations: [2, 3], strides: [2, 1] },
      { strides: [2, 2], output_shape: [10, 13] },
      { strides: [2, 2], auto_pad: 'SAME_UPPER' },
      { strides: [3, 3], auto_pad: 'SAME_LOWER' },
      { strides: [1, 1], auto_pad: 'SAME_UPPER' },
      { strides: [2, 2], auto_pad: 'VALID' },
      { strides: [4, 4], auto_pad: 'SAME_UPPER' },
      { strides: [2, 2], auto_pad: 'SAME_UPPER', output_padding: [1, 1] },
    ].map((attributes) => ({
      op: 'ConvTranspose',
      operands: [data(1, 4, 5, 6), weights(4, 2, 3, 3)],
      attributes,
    })),
  );
  itInfers([
    {
      op: 'ConvTranspose',
      operands: [data(1, 4, 5), weights(4, 2, 3)],
      attributes: { group: 2, strides: [2] },
    },
    {
      op: 'ConvTranspose',
      operands: [data(1, 2, 3, 4, 5), weights(2, 3, 2, 2, 2)],
      attributes: { strides: [2, 2, 2] },
    },
  ]);
  itRefuses([[{ op: 'ConvTranspose', operands: [data(1, 3, 5, 5), weights(4, 2, 3, 3)] }, /3 channels/]]);
});
