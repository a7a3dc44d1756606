import { float, floats } from '../../../lib/onnx/graph/attributes.js';
import { float32, int64, tensor } from '../../../lib/tensor/tensor.js';
import { bools, type Case, constant, data, input, ints, itInfers, itRefuses, weights } from './harness.js';

const vector = (...numbers: number[]) => ({ ...input(int64(numbers)), isSymbolic: false });
const everything = 2 ** 53;

describe('shapes of shape operators', () => {
  itInfers([
    ...[[6, 4], [-1], [2, -1], [0, -1], [0, 0, 4], [1, 0, -1], [2, 3, 4, 1], [24]].map((to): Case => ({
      op: 'Reshape',
      operands: [data(2, 3, 4), ints(...to)],
    })),
    { op: 'Reshape', operands: [data(2, 0, 4), ints(0, 4, 2)], attributes: { allowzero: 1 } },
    { op: 'Reshape', operands: [data(2, 3), vector(3, 2)], open: [[0, 1]] },
    { op: 'Reshape', operands: [data(1), ints()] },
    ...[0, 1, 2, 3, -1].map((axis): Case => ({
      op: 'Flatten',
      operands: [data(2, 3, 4)],
      attributes: { axis },
    })),
    { op: 'Transpose', operands: [data(2, 3, 4)] },
    { op: 'Transpose', operands: [data(2, 3, 4)], attributes: { perm: [1, 2, 0] } },
    { op: 'Squeeze', operands: [weights(1, 3, 1)] },
    { op: 'Squeeze', operands: [data(1, 3, 1), ints(0)] },
    { op: 'Squeeze', operands: [data(1, 3, 1), ints(-1, 0)] },
    { op: 'Squeeze', operands: [data(1, 3, 1)], attributes: { axes: [0] }, opset: 11 },
    { op: 'Unsqueeze', operands: [data(2, 3), ints(0, -1)] },
    { op: 'Unsqueeze', operands: [data(2, 3), ints(1)] },
    { op: 'Unsqueeze', operands: [data(2, 3)], attributes: { axes: [0, 3] }, opset: 11 },
    { op: 'Expand', operands: [data(3, 1), ints(2, 1, 4)] },
    { op: 'Expand', operands: [data(3, 1), ints(1)] },
    { op: 'Expand', operands: [data(3, 1), vector(3, 4)], open: [[0, 1]] },
    { op: 'Shape', operands: [data(2, 3, 4)] },
    { op: 'Shape', operands: [data(2, 3, 4)], attributes: { start: 1 } },
    { op: 'Shape', operands: [data(2, 3, 4)], attributes: { start: -2, end: -1 } },
    { op: 'Shape', operands: [data(2, 3, 4)], attributes: { start: -9, end: 9 } },
    { op: 'Size', operands: [data(2, 3, 4)] },
    { op: 'Tile', operands: [data(2, 3), ints(2, 1)] },
    { op: 'Tile', operands: [data(2, 3), vector(2, 1)], open: [[0, 1]] },
    { op: 'Concat', operands: [data(2, 3), data(2, 4), data(2, 1)], attributes: { axis: 1 } },
    { op: 'Concat', operands: [data(2, 3), data(5, 3)], attributes: { axis: -2 } },
    { op: 'Concat', operands: [ints(1, 2), ints(3)], attributes: { axis: 0 } },
    { op: 'Split', operands: [data(2, 6)], attributes: { axis: 1 }, outputs: 3 },
    { op: 'Split', operands: [data(2, 6), ints(1, 5)], attributes: { axis: -1 }, outputs: 2 },
    { op: 'Split', operands: [ints(1, 2, 3), ints(2, 1)], outputs: 2 },
    { op: 'Split', operands: [data(7, 2)], attributes: { num_outputs: 3 }, outputs: 3, opset: 18 },
    { op: 'CenterCropPad', operands: [data(4, 5), ints(2, 8)], opset: 18 },
    { op: 'CenterCropPad', operands: [data(2, 4, 5), ints(7)], attributes: { axes: [-2] }, opset: 18 },
    { op: 'CumProd', operands: [data(2, 3), constant(int64([1], []))], opset: 26 },
    { op: 'TensorScatter', operands: [data(2, 3, 5, 2), data(2, 3, 1, 2)], opset: 24 },
    { op: 'Pad', operands: [data(2, 3), ints(0, 1, 2, 3)] },
    { op: 'Pad', operands: [data(4, 5), ints(-1, 0, 0, -2)] },
    { op: 'Pad', operands: [data(4, 5), ints(1, 1, 1, 1)], attributes: { mode: 'reflect' } },
    {
      op: 'Pad',
      operands: [data(4, 5), ints(1, 1, 1, 1), constant(float32([2], []))],
      attributes: { mode: 'constant' },
    },
    {
      op: 'Pad',
      operands: [data(4, 5), ints(1, 2), null, ints(-1)],
      attributes: { mode: 'edge' },
      opset: 18,
    },
    { op: 'Pad', operands: [data(2, 3), vector(0, 1, 2, 3)], open: [[0, 1]] },
    { op: 'DepthToSpace', operands: [data(1, 8, 3, 2)], attributes: { blocksize: 2 } },
    { op: 'DepthToSpace', operands: [data(1, 8, 3, 2)], attributes: { blocksize: 2, mode: 'CRD' } },
    { op: 'SpaceToDepth', operands: [data(1, 2, 6, 4)], attributes: { blocksize: 2 } },
  ]);
  itRefuses([
    [{ op: 'Reshape', operands: [weights(2, 3, 4), ints(3, 0, -1)] }, /24 elements do not divide by 9/],
    [{ op: 'Reshape', operands: [weights(2, 3), ints(4, 2)] }, /6 elements would become 8/],
    [{ op: 'Reshape', operands: [weights(2, 3), ints(4, -1)] }, /6 elements do not divide by 4/],
    [{ op: 'Reshape', operands: [weights(2, 3), ints(-1, -1)] }, /at most one/],
    [{ op: 'Reshape', operands: [weights(2, 3), ints(6, 1, 0)] }, /no axis 2/],
    [{ op: 'Transpose', operands: [data(2, 3)], attributes: { perm: [0, 0] } }, /perm \[0, 0\]/],
    [{ op: 'Squeeze', operands: [data(2, 3), ints(0)] }, /axis 0 cannot be squeezed: its size is 2/],
    [{ op: 'Flatten', operands: [data(2, 3)], attributes: { axis: 3 } }, /axis 3 is out of range/],
    [
      { op: 'Concat', operands: [data(2, 3), data(3, 3)], attributes: { axis: 1 } },
      /sizes of axis 0: 2 is not 3/,
    ],
    [{ op: 'Concat', operands: [data(2, 3), data(3)], attributes: { axis: 0 } }, /different rank/],
    [
      { op: 'Split', operands: [data(2, 5), ints(2, 2)], attributes: { axis: 1 }, outputs: 2 },
      /cannot be split/,
    ],
    [{ op: 'Expand', operands: [data(3, 2), ints(3, 4)] }, /2 and 4 cannot be broadcast/],
    [{ op: 'Pad', operands: [data(2, 3), ints(0, 1, 2)] }, /must have 4 elements, not 3/],
    [{ op: 'DepthToSpace', operands: [data(1, 6, 3, 2)], attributes: { blocksize: 2 } }, /6 channels/],
  ]);
});

describe('shapes of indexing', () => {
  const ends: readonly (readonly [number, number, number])[] = [
    [0, 3, 1],
    [1, everything, 1],
    [-3, everything, 1],
    [0, -1, 1],
    [1, -1, 1],
    [-4, -1, 1],
    [2, 2, 1],
    [4, 2, 1],
    [0, 100, 2],
    [1, everything, 2],
    [-1, -everything, -1],
    [everything, -everything, -1],
    [5, 1, -2],
    [-2, 0, -1],
    [-100, 4, 1],
    [100, 200, 1],
    [3, -100, -1],
  ];
  itInfers([
    ...ends.flatMap(([start, end, step]) =>
      [6, 3].map((size): Case => ({
        op: 'Slice',
        operands: [data(2, size), ints(start), ints(end), ints(1), ints(step)],
      })),
    ),
    { op: 'Slice', operands: [data(4, 5), ints(1, 0), ints(3, 2)] },
    { op: 'Slice', operands: [data(4, 5)], attributes: { starts: [1], ends: [3], axes: [1] }, opset: 9 },
    { op: 'Slice', operands: [data(4, 5), vector(1), vector(3), ints(0)], open: [[0]] },
    { op: 'Slice', operands: [data(4, 5), vector(1), vector(3), vector(0)], open: [[0, 1]] },
    { op: 'Slice', operands: [ints(5, 6, 7, 8), ints(-1), ints(-everything), ints(0), ints(-2)] },
    { op: 'Slice', operands: [ints(5, 6, 7, 8), ints(1), ints(3)] },
    { op: 'Gather', operands: [data(4, 5), ints(1, 2, 3)], attributes: { axis: 1 } },
    { op: 'Gather', operands: [data(4, 5), constant(int64([-1], []))] },
    { op: 'Gather', operands: [data(4, 5), input(int64([0, 1, 2, 3], [2, 2]))] },
    { op: 'Gather', operands: [ints(5, 6, 7), ints(-1, 0)] },
    { op: 'GatherElements', operands: [data(3, 3), input(int64([0, 1, 2, 0, 1, 2], [2, 3]))] },
    { op: 'GatherND', operands: [data(3, 4, 5), constant(int64([0, 1, 2, 3], [2, 2]))] },
    {
      op: 'GatherND',
      operands: [data(2, 4, 5), constant(int64([0, 1], [2, 1]))],
      attributes: { batch_dims: 1 },
    },
    { op: 'ScatterElements', operands: [data(3, 3), input(int64([0, 1, 2], [1, 3])), data(1, 3)] },
    { op: 'ScatterND', operands: [data(4, 3), constant(int64([0, 2], [2, 1])), data(2, 3)] },
    {
      op: 'Compress',
      operands: [data(3, 4), constant(bools([3], [1, 0, 1]))],
      attributes: { axis: 0 },
      open: [[0]],
    },
    { op: 'Compress', operands: [data(3, 4), constant(bools([3], [1, 0, 1]))], open: [[0]] },
    { op: 'Unique', operands: [data(3, 4)], outputs: 4, open: [[0], [0], [], [0]] },
    { op: 'Unique', operands: [data(3, 4)], attributes: { axis: 1 }, outputs: 4, open: [[1], [0], [], [0]] },
    {
      op: 'ReverseSequence',
      operands: [data(4, 2), ints(4, 3)],
      attributes: { time_axis: 0, batch_axis: 1 },
    },
    { op: 'Trilu', operands: [data(2, 3, 4)] },
    { op: 'GridSample', operands: [data(2, 3, 4, 5), weights(2, 6, 7, 2)] },
    { op: 'Det', operands: [data(2, 3, 3)] },
    {
      op: 'OneHot',
      operands: [
        input(int64([0, 1, 2, 0, 1, 2], [2, 3])),
        constant(int64([4], [])),
        constant(float32([0, 1])),
      ],
    },
    {
      op: 'OneHot',
      operands: [input(int64([0, 1], [2])), constant(int64([4], [])), constant(float32([0, 1]))],
      attributes: { axis: 0 },
    },
    {
      op: 'OneHot',
      operands: [input(int64([0, 1], [2])), input(int64([4], [])), constant(float32([0, 1]))],
      open: [[1]],
    },
  ]);
  itRefuses([
    [{ op: 'Gather', operands: [weights(4, 5), ints(4)] }, /index 4 is outside/],
    [{ op: 'Slice', operands: [data(4, 5), ints(0), ints(2), ints(0), ints(0)] }, /step of 0/],
    [{ op: 'GatherND', operands: [data(3), constant(int64([0, 1], [1, 2]))] }, /reach beyond/],
  ]);
});

describe('shapes of detection', () => {
  itInfers([
    {
      op: 'NonMaxSuppression',
      operands: [data(1, 6, 4), data(1, 2, 6), constant(int64([3], []))],
      open: [[0]],
    },
    { op: 'NonZero', operands: [data(2, 3)], open: [[1]] },
    { op: 'TopK', operands: [data(2, 5), ints(3)], outputs: 2 },
    { op: 'TopK', operands: [data(2, 5), ints(2)], attributes: { axis: 0 }, outputs: 2 },
    { op: 'TopK', operands: [data(2, 5), vector(2)], outputs: 2, open: [[1], [1]] },
    {
      op: 'RoiAlign',
      operands: [data(1, 3, 8, 8), weights(2, 4), constant(int64([0, 0]))],
      attributes: { output_height: 3, output_width: 2 },
    },
  ]);
  itRefuses([
    [{ op: 'TopK', operands: [data(2, 5), ints(6)], outputs: 2 }, /k is 6, but there are 5 values/],
    [{ op: 'RoiAlign', operands: [data(1, 3, 8, 8), weights(2, 5), constant(int64([0, 0]))] }, /shape \[?/],
  ]);
});

describe('shapes of resizing', () => {
  const scales = [
    [1, 1, 2, 2],
    [1, 1, 0.5, 0.75],
    [1, 1, 1.5, 0.6],
    [1, 2, 0.3, 1 / 3],
  ];
  itInfers([
    ...scales.flatMap((values) =>
      [5, 7, 9].map((size): Case => ({
        op: 'Resize',
        operands: [data(1, 2, size, size + 1), null, constant(float32(values))],
        attributes: { mode: 'nearest' },
        open: [[]],
      })),
    ),
    {
      op: 'Resize',
      operands: [data(1, 2, 5, 6), null, null, ints(1, 2, 7, 8)],
      attributes: { mode: 'linear' },
    },
    { op: 'Resize', operands: [data(1, 2, 5, 6), null, null, vector(1, 2, 7, 8)], open: [[0, 1, 2, 3]] },
    {
      op: 'Resize',
      operands: [data(1, 2, 5, 6), null, constant(float32([2, 2]))],
      attributes: { axes: [2, 3] },
      opset: 18,
    },
    {
      op: 'Resize',
      operands: [data(1, 2, 5, 6), null, null, ints(10, 10)],
      attributes: { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
      opset: 18,
      open: [[2, 3]],
    },
    {
      op: 'Resize',
      operands: [
        data(1, 1, 4, 4),
        constant(float32([0, 0, 0.2, 0.2, 1, 1, 0.8, 0.8])),
        constant(float32([1, 1, 2, 2])),
      ],
      attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
      open: [[0, 1, 2, 3]],
    },
    { op: 'Resize', operands: [data(1, 2, 5, 6), constant(float32([1, 1, 2, 2]))], opset: 10 },
    { op: 'Upsample', operands: [data(1, 2, 5, 6), constant(float32([1, 1, 2, 3]))], opset: 9 },
    { op: 'Upsample', operands: [data(1, 2, 5, 6)], attributes: { scales: floats([1, 1, 2, 3]) }, opset: 7 },
  ]);
});

describe('shapes of reductions', () => {
  const reductions = `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
    ReduceSumSquare`.split(/\s+/);
  itInfers([
    ...reductions.flatMap((op): Case[] => [
      { op, operands: [data(2, 3, 4)] },
      { op, operands: [data(2, 3, 4)], attributes: { axes: [1, -1] } },
      { op, operands: [data(2, 3, 4)], attributes: { axes: [1], keepdims: 0 } },
    ]),
    { op: 'ReduceMean', operands: [data(2, 3, 4), ints(1)], opset: 18 },
    { op: 'ReduceSum', operands: [data(2, 3, 4)], attributes: { keepdims: 0 } },
    { op: 'ReduceSum', operands: [data(2, 3, 4), ints(0, 2)] },
    { op: 'ReduceSum', operands: [data(2, 3, 4), ints(-1)], attributes: { keepdims: 0 } },
    { op: 'ReduceSum', operands: [data(2, 3, 4), vector(0, 2)], open: [[0, 1, 2]] },
    { op: 'ReduceSum', operands: [data(2, 3, 4)], attributes: { noop_with_empty_axes: 1 } },
    { op: 'ReduceProd', operands: [ints(2, 3, 4)] },
    { op: 'ReduceProd', operands: [ints(2, 3, 4)], attributes: { keepdims: 0 } },
    { op: 'ReduceSum', operands: [ints(2, 3, 4)], attributes: { keepdims: 0 } },
    { op: 'ReduceMax', operands: [ints(2, 3, 4)], attributes: { keepdims: 0 } },
    { op: 'ArgMax', operands: [data(2, 3, 4)] },
    { op: 'ArgMax', operands: [data(2, 3, 4)], attributes: { axis: -1, keepdims: 0 } },
    { op: 'ArgMin', operands: [data(2, 3, 4)], attributes: { axis: 1 } },
  ]);
});

describe('shapes of products', () => {
  const shapes: readonly (readonly [number[], number[]])[] = [
    [
      [3, 4],
      [4, 5],
    ],
    [[4], [4, 5]],
    [[3, 4], [4]],
    [[4], [4]],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      [2, 1, 3, 4],
      [6, 4, 5],
    ],
    [[4], [2, 4, 5]],
  ];
  const equations: readonly (readonly [string, ...number[][]])[] = [
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['ij,jk', [2, 3], [3, 4]],
    ['bij,bjk->bik', [5, 2, 3], [5, 3, 4]],
    ['...ij,...jk->...ik', [5, 2, 3], [5, 3, 4]],
    ['...ij,jk', [6, 5, 2, 3], [3, 4]],
    ['ii->i', [3, 3]],
    ['ij->', [2, 3]],
    ['i,j->ij', [2], [3]],
    ['b c h w -> b h w c', [2, 3, 4, 5]],
    ['ij->ji', [2, 3]],
  ];
  itInfers([
    ...shapes.map(([a, b]): Case => ({ op: 'MatMul', operands: [data(...a), data(...b)] })),
    ...equations.map(([equation, ...operands]): Case => ({
      op: 'Einsum',
      operands: operands.map((dims) => data(...dims)),
      attributes: { equation },
    })),
    { op: 'Gemm', operands: [data(2, 3), weights(3, 4), weights(4)] },
    { op: 'Gemm', operands: [data(2, 3), weights(4, 3)], attributes: { transB: 1, alpha: float(2) } },
    { op: 'Gemm', operands: [data(3, 2), weights(3, 4), weights(2, 1)], attributes: { transA: 1 } },
    {
      op: 'MatMulInteger',
      operands: [
        input(tensor('uint8', new Uint8Array(6), [2, 3])),
        input(tensor('uint8', new Uint8Array(6), [3, 2])),
      ],
    },
  ]);
  itRefuses([
    [{ op: 'MatMul', operands: [data(2, 3), data(4, 5)] }, /inner sizes: 3 is not 4/],
    [{ op: 'Gemm', operands: [data(2, 3), data(4, 5)] }, /inner sizes: 3 is not 4/],
    [{ op: 'Gemm', operands: [data(2, 3), data(3, 5), data(4)] }, /broadcast/],
    [{ op: 'Einsum', operands: [data(2, 3), data(4, 5)], attributes: { equation: 'ij,jk->ik' } }, /axis j/],
    [{ op: 'Einsum', operands: [data(2, 3)], attributes: { equation: 'ijk->i' } }, /"ijk"/],
  ]);
});

describe('shapes of recurrent operators, losses, constants and conversions', () => {
  const value = constant(int64([7], [1])).tensor;
  itInfers([
    {
      op: 'LSTM',
      operands: [data(5, 2, 3), weights(1, 16, 3), weights(1, 16, 4)],
      attributes: { hidden_size: 4 },
      outputs: 3,
    },
    {
      op: 'LSTM',
      operands: [data(5, 2, 3), weights(2, 16, 3), weights(2, 16, 4)],
      attributes: { hidden_size: 4, direction: 'bidirectional' },
      outputs: 3,
    },
    {
      op: 'GRU',
      operands: [data(5, 2, 3), weights(1, 12, 3), weights(1, 12, 4)],
      attributes: { hidden_size: 4 },
      outputs: 2,
    },
    {
      op: 'RNN',
      operands: [data(5, 2, 3), weights(1, 4, 3), weights(1, 4, 4)],
      attributes: { hidden_size: 4 },
      outputs: 2,
    },
    { op: 'Constant', operands: [], attributes: { value } },
    { op: 'Constant', operands: [], attributes: { value_int: 3 } },
    { op: 'Constant', operands: [], attributes: { value_ints: [3, 4] } },
    { op: 'Constant', operands: [], attributes: { value_float: float(3) } },
    { op: 'Constant', operands: [], attributes: { value_floats: floats([3, 4]) } },
    { op: 'ConstantOfShape', operands: [ints(2, 3)] },
    { op: 'ConstantOfShape', operands: [ints(3)], attributes: { value } },
    { op: 'ConstantOfShape', operands: [vector(2, 3)], open: [[0, 1]] },
    { op: 'Range', operands: [2, 11, 3].map((number) => constant(int64([number], []))) },
    { op: 'Range', operands: [5, 0, -2].map((number) => constant(int64([number], []))) },
    { op: 'Range', operands: [5, 0, 1].map((number) => constant(int64([number], []))) },
    { op: 'Range', operands: [0, 1, 0.3].map((number) => constant(float32([number], []))) },
    { op: 'EyeLike', operands: [data(2, 3)] },
    { op: 'EyeLike', operands: [data(2, 3)], attributes: { dtype: 7 } },
    { op: 'RandomNormal', operands: [], attributes: { shape: [2, 3] } },
    { op: 'RandomUniform', operands: [], attributes: { shape: [2, 3], dtype: 11 } },
    { op: 'RandomNormalLike', operands: [data(2, 3)] },
    { op: 'RandomUniformLike', operands: [data(2, 3)] },
    { op: 'Bernoulli', operands: [data(2, 3)] },
    { op: 'Multinomial', operands: [data(2, 3)], attributes: { sample_size: 4 } },
    ...[1, 6, 7, 9, 10, 11].map((to): Case => ({ op: 'Cast', operands: [data(2, 3)], attributes: { to } })),
    { op: 'Cast', operands: [constant(float32([1.7, -1.7]))], attributes: { to: 7 } },
    { op: 'Cast', operands: [ints(5, 16777217)], attributes: { to: 1 } },
    { op: 'CastLike', operands: [data(2, 3), ints(1)] },
    {
      op: 'SoftmaxCrossEntropyLoss',
      operands: [data(2, 3, 4), input(int64([0, 1, 2, 0, 1, 2, 0, 1], [2, 4]))],
      outputs: 2,
    },
    {
      op: 'SoftmaxCrossEntropyLoss',
      operands: [data(2, 3), input(int64([0, 1]))],
      attributes: { reduction: 'none' },
    },
    { op: 'NegativeLogLikelihoodLoss', operands: [data(2, 3), input(int64([0, 1]))] },
  ]);
});
