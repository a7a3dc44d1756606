import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { type AttributeLike, float, floats } from '../../lib/onnx/graph/attributes.js';
import { type Model, OPSET, type TensorType } from '../../lib/onnx/graph/graph.js';
import { normalizeOpset } from '../../lib/onnx/opset/normalize-opset.js';
import { AttributeProto_AttributeType as Type } from '../../lib/onnx/proto/onnx_pb.js';
import { random } from '../../lib/tensor/random.js';
import { float32, int64, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { prepare } from '../autodiff/prepare.js';
import { titleOf } from '../autodiff/row.js';
import { table } from '../autodiff/table.js';
import { model as message, node, value } from './messages.js';
import { expectSame, f32, feedsFor, graphOf, modelOf, op, run, type } from './run.js';

type Values = Readonly<Record<string, AttributeLike | undefined>>;
interface Case {
  readonly op: string;
  readonly version: number;
  readonly why?: string;
  readonly attributes?: Values;
  readonly inputs?: readonly TensorType[];
  /** Constants that follow the inputs; `undefined` for one left out. */
  readonly constants?: readonly (Tensor | undefined)[];
  readonly outputs?: readonly TensorType[];
}

const any = (rank: number) => f32(...Array.from({ length: rank }, (_, i) => `r${i}`));
const image = f32('n', 4, 'h', 'w');
const scalar = (value: number) => float32([value], []);

/** A model of only this operator. */
function modelFor({
  op: name,
  version,
  attributes = {},
  inputs = [f32(2, 3, 4)],
  constants = [],
  outputs = [any(3)],
}: Case): Model {
  const names = [...inputs.map((_, i) => `x${i}`), ...constants.map((c, i) => (c ? `c${i}` : ''))];
  const there = constants.flatMap((c, i): [string, Tensor][] => (c ? [[`c${i}`, c]] : []));
  return modelOf(
    {
      nodes: [
        op(
          name,
          names,
          outputs.map((_, i) => `y${i}`),
          attributes,
        ),
      ],
      inputs: Object.fromEntries(inputs.map((each, i) => [`x${i}`, each])),
      constants: Object.fromEntries(there),
      outputs: Object.fromEntries(outputs.map((each, i) => [`y${i}`, each])),
    },
    version,
  );
}

const title = ({ op: name, version, attributes, why }: Case) =>
  `${name} of ${version}${why ? `: ${why}` : ''}${attributes ? ` ${Object.keys(attributes).join(', ')}` : ''}`;

const softmaxes = ['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((name) =>
  [undefined, 0, 1, 2].flatMap((axis): Case[] => [
    { op: name, version: 11, attributes: { axis } },
    { op: name, version: 9, attributes: { axis }, inputs: [f32('a', 'b', 'c')] },
  ]),
);
const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].flatMap(
  (name): Case[] => [
    { op: `Reduce${name}`, version: 18, constants: [int64([1, -1])] },
    {
      op: `Reduce${name}`,
      version: 18,
      attributes: { keepdims: 0 },
      constants: [int64([0])],
      outputs: [any(2)],
    },
    { op: `Reduce${name}`, version: 20, outputs: [any(3)] },
    { op: `Reduce${name}`, version: 11, attributes: { axes: [1] } },
  ],
);

const cases: Case[] = [
  ...softmaxes,
  ...reductions.map((each) => (each.op.includes('Log') ? { ...each, why: 'may be NaN' } : each)),
  { op: 'ReduceMean', version: 18, why: 'with no axes', constants: [int64([])] },
  { op: 'ReduceSum', version: 11, attributes: { axes: [0, 2] } },
  { op: 'ReduceSum', version: 11 },
  { op: 'Squeeze', version: 11, attributes: { axes: [1] }, inputs: [f32(2, 1, 3)], outputs: [any(2)] },
  { op: 'Squeeze', version: 11, inputs: [f32(2, 1, 3)], outputs: [any(2)] },
  { op: 'Unsqueeze', version: 9, attributes: { axes: [0, 3] }, outputs: [any(5)] },
  { op: 'Split', version: 11, attributes: { axis: 1, split: [1, 2] }, outputs: [any(3), any(3)] },
  { op: 'Split', version: 2, attributes: { axis: 2 }, outputs: [any(3), any(3)] },
  {
    op: 'Split',
    version: 18,
    attributes: { axis: 2, num_outputs: 3 },
    inputs: [f32(2, 3, 5)],
    outputs: [any(3), any(3), any(3)],
  },
  {
    op: 'Split',
    version: 18,
    why: 'of an unknown size',
    attributes: { axis: -1, num_outputs: 2 },
    inputs: [f32('a', 5)],
    outputs: [any(2), any(2)],
  },
  {
    op: 'Split',
    version: 18,
    why: 'of unknown sizes',
    attributes: { axis: 1, num_outputs: 2 },
    inputs: [f32('a', 'b')],
    outputs: [any(2), any(2)],
  },
  { op: 'Clip', version: 6, attributes: { min: float(-0.5), max: float(0.25) } },
  { op: 'Clip', version: 10, attributes: { max: float(0) } },
  { op: 'Pad', version: 2, attributes: { pads: [0, 1, 0, 2, 0, 1], value: float(3) } },
  { op: 'Pad', version: 10, attributes: { pads: [0, 1, 1, 0, 1, 2], mode: 'reflect' } },
  { op: 'Pad', version: 10, why: 'cuts', attributes: { pads: [0, -1, 0, 0, 0, 2], mode: 'constant' } },
  {
    op: 'Pad',
    version: 18,
    why: 'on some axes',
    constants: [int64([1, 2, 3, 4]), scalar(2), int64([-1, 0])],
  },
  {
    op: 'Pad',
    version: 18,
    why: 'on some axes, edge',
    attributes: { mode: 'edge' },
    constants: [int64([1, 2]), undefined, int64([1])],
  },
  {
    op: 'Pad',
    version: 19,
    why: 'wraps',
    attributes: { mode: 'wrap' },
    constants: [int64([1, 0, 2, 0, 1, 3])],
  },
  {
    op: 'Pad',
    version: 19,
    why: 'wraps some axes',
    attributes: { mode: 'wrap' },
    constants: [int64([2, 1]), undefined, int64([-1])],
  },
  {
    op: 'Slice',
    version: 9,
    attributes: {
      starts: [0, 1],
      ends: { type: 'ints', value: [2n, 2n ** 63n - 1n] },
      axes: [0, 2],
    },
  },
  { op: 'Slice', version: 1, attributes: { starts: [1, -2], ends: [2, -1] } },
  { op: 'TopK', version: 1, attributes: { k: 2 }, outputs: [any(3), type('int64', 'a', 'b', 'c')] },
  {
    op: 'TopK',
    version: 10,
    constants: [int64([3])],
    attributes: { axis: 1 },
    outputs: [any(3), type('int64', 'a', 'b', 'c')],
  },
  { op: 'Dropout', version: 7, attributes: { ratio: float(0.3) } },
  { op: 'Dropout', version: 10, attributes: { ratio: float(0.3) } },
  {
    op: 'Upsample',
    version: 7,
    attributes: { mode: 'nearest', scales: floats([1, 1, 2, 3]) },
    inputs: [image],
    outputs: [any(4)],
  },
  {
    op: 'Upsample',
    version: 7,
    attributes: { mode: 'linear', scales: floats([1, 1, 2, 1.5]) },
    inputs: [image],
    outputs: [any(4)],
  },
  {
    op: 'Upsample',
    version: 9,
    attributes: { mode: 'nearest' },
    inputs: [image],
    constants: [float32([1, 1, 2.5, 1.3])],
    outputs: [any(4)],
  },
  {
    op: 'Upsample',
    version: 9,
    attributes: { mode: 'linear' },
    inputs: [image],
    constants: [float32([1, 1, 2, 4])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 10,
    attributes: { mode: 'nearest' },
    inputs: [image],
    constants: [float32([1, 1, 2, 2.4])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 10,
    why: 'shrinking',
    attributes: { mode: 'nearest' },
    inputs: [f32(1, 1, 7, 5)],
    constants: [float32([1, 1, 0.6, 0.5])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 10,
    attributes: { mode: 'linear' },
    inputs: [image],
    constants: [float32([1, 1, 2, 0.7])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 11,
    attributes: { mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' },
    inputs: [image],
    constants: [float32([]), float32([]), int64([3, 4, 5, 7])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 11,
    attributes: { mode: 'cubic', coordinate_transformation_mode: 'align_corners' },
    inputs: [image],
    constants: [float32([]), float32([1, 1, 1.7, 2])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 11,
    attributes: {
      mode: 'nearest',
      coordinate_transformation_mode: 'tf_half_pixel_for_nn',
      nearest_mode: 'floor',
    },
    inputs: [f32(1, 1, 5, 6)],
    constants: [float32([]), float32([1, 1, 1.7, 2.5])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 18,
    attributes: { mode: 'linear', axes: [2, 3] },
    inputs: [image],
    constants: [undefined, undefined, int64([5, 4])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 19,
    attributes: { mode: 'linear', axes: [3, 2], coordinate_transformation_mode: 'half_pixel' },
    inputs: [image],
    constants: [undefined, float32([2, 1.5])],
    outputs: [any(4)],
  },
  {
    op: 'Resize',
    version: 19,
    attributes: {
      mode: 'cubic',
      antialias: 0,
      keep_aspect_ratio_policy: 'stretch',
      coordinate_transformation_mode: 'half_pixel_symmetric',
    },
    inputs: [image],
    constants: [undefined, undefined, int64([3, 4, 5, 7])].map((c, i) => (i === 2 ? int64([3, 4, 5, 7]) : c)),
    outputs: [any(4)],
  },
  {
    op: 'BatchNormalization',
    version: 7,
    attributes: { epsilon: float(0.01), momentum: float(0.9) },
    inputs: [image],
    constants: [
      float32([1, 2, 3, 4]),
      float32([0, 1, 0, -1]),
      float32([0.5, 0, 0, 1]),
      float32([1, 2, 0.5, 1]),
    ],
    outputs: [any(4)],
  },
  {
    op: 'BatchNormalization',
    version: 9,
    inputs: [image],
    constants: [
      float32([1, 2, 3, 4]),
      float32([0, 1, 0, -1]),
      float32([0.5, 0, 0, 1]),
      float32([1, 2, 0.5, 1]),
    ],
    outputs: [any(4)],
  },
  {
    op: 'AveragePool',
    version: 19,
    attributes: {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
      count_include_pad: 1,
    },
    inputs: [f32(1, 2, 6, 6)],
    outputs: [any(4)],
  },
  {
    op: 'AveragePool',
    version: 22,
    attributes: { kernel_shape: [2, 2], ceil_mode: 1, strides: [2, 2] },
    inputs: [f32(1, 2, 5, 5)],
    outputs: [any(4)],
  },
  {
    op: 'AveragePool',
    version: 10,
    attributes: {
      kernel_shape: [2, 2],
      ceil_mode: 1,
      strides: [2, 2],
      count_include_pad: 1,
      pads: [1, 0, 1, 0],
    },
    inputs: [f32(1, 2, 5, 5)],
    outputs: [any(4)],
  },
  {
    op: 'AveragePool',
    version: 19,
    attributes: { kernel_shape: [2, 2], dilations: [2, 1], strides: [1, 2], pads: [1, 0, 1, 0] },
    inputs: [f32(1, 2, 5, 5)],
    outputs: [any(4)],
  },
  {
    op: 'LpPool',
    version: 18,
    attributes: { kernel_shape: [2, 2], p: 2, dilations: [1, 1] },
    inputs: [f32(1, 2, 5, 5)],
    outputs: [any(4)],
  },
  {
    op: 'MaxPool',
    version: 8,
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] },
    inputs: [f32(1, 2, 5, 5)],
    outputs: [any(4)],
  },
  // Last windows that would begin in the padding, on both axes or on one, with the sizes known or not.
  ...[[5, 5], [5, 6], [6, 7], undefined].flatMap((sizes): Case[] => {
    const inputs = [sizes ? f32(1, 2, ...sizes) : f32('n', 2, 'h', 'w')];
    const window = { kernel_shape: [3, 3], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 };
    const gap = { kernel_shape: [2, 1], strides: [3, 4], ceil_mode: 1 };
    return [
      { op: 'MaxPool', version: 22, attributes: window, inputs, outputs: [any(4)] },
      {
        op: 'MaxPool',
        version: 22,
        attributes: gap,
        inputs,
        outputs: [any(4), type('int64', 1, 2, 'h2', 'w2')],
      },
      { op: 'AveragePool', version: 22, attributes: window, inputs, outputs: [any(4)] },
      { op: 'AveragePool', version: 22, attributes: gap, inputs, outputs: [any(4)] },
      {
        op: 'AveragePool',
        version: 22,
        attributes: { ...window, count_include_pad: 1 },
        inputs,
        outputs: [any(4)],
      },
    ];
  }),
  { op: 'Cast', version: 9, attributes: { to: 7 }, outputs: [type('int64', 'a', 'b', 'c')] },
  { op: 'Cast', version: 19, attributes: { to: 6 }, outputs: [type('int32', 'a', 'b', 'c')] },
  {
    op: 'RoiAlign',
    version: 10,
    attributes: { output_height: 2, output_width: 2, sampling_ratio: 2, spatial_scale: float(0.5) },
    inputs: [f32(1, 2, 8, 8)],
    constants: [float32([0, 0, 7, 7, 2, 3, 9, 12], [2, 4]), int64([0, 0])],
    outputs: [any(4)],
  },
  {
    op: 'GridSample',
    version: 20,
    attributes: { mode: 'linear', align_corners: 1 },
    inputs: [f32(1, 2, 4, 4), f32(1, 3, 3, 2)],
    outputs: [any(4)],
  },
  {
    op: 'GridSample',
    version: 20,
    attributes: { mode: 'cubic', padding_mode: 'border' },
    inputs: [f32(1, 2, 4, 4), f32(1, 3, 3, 2)],
    outputs: [any(4)],
  },
  {
    op: 'Scatter',
    version: 9,
    attributes: { axis: 1 },
    inputs: [f32(2, 3)],
    constants: [int64([0, 2], [1, 2]), float32([5, 6], [1, 2])],
    outputs: [any(2)],
  },
  {
    op: 'ScatterElements',
    version: 18,
    attributes: { axis: 1, reduction: 'add' },
    inputs: [f32(2, 3)],
    constants: [int64([0, 0], [1, 2]), float32([5, 6], [1, 2])],
    outputs: [any(2)],
  },
  {
    op: 'QuantizeLinear',
    version: 19,
    attributes: { saturate: 1 },
    constants: [scalar(0.1), tensor('uint8', Uint8Array.of(7), [])],
    outputs: [type('uint8', 'a', 'b', 'c')],
  },
  { op: 'Gelu', version: 20 },
  { op: 'Gelu', version: 20, attributes: { approximate: 'tanh' } },
  { op: 'Mish', version: 18 },
  {
    op: 'GroupNormalization',
    version: 18,
    why: 'scaled by group',
    attributes: { num_groups: 2 },
    inputs: [image],
    constants: [float32([1, 3]), float32([-1, 0])],
    outputs: [any(4)],
  },
  {
    op: 'GroupNormalization',
    version: 21,
    attributes: { num_groups: 2, epsilon: float(0.01) },
    inputs: [image],
    constants: [float32([1, 2, 3, 4]), float32([0, -1, 0, 1])],
    outputs: [any(4)],
  },
  { op: 'RMSNormalization', version: 23, attributes: { axis: 1 }, constants: [float32([1, 2, 3, 4])] },
  {
    op: 'RMSNormalization',
    version: 23,
    attributes: { epsilon: float(0.1) },
    inputs: [f32('a', 4)],
    constants: [float32([1, 2, 3, 4])],
    outputs: [any(2)],
  },
  { op: 'Swish', version: 24, attributes: { alpha: float(1.5) } },
  { op: 'Celu', version: 12, attributes: { alpha: float(0.7) } },
  { op: 'ThresholdedRelu', version: 10, attributes: { alpha: float(0.3) } },
  { op: 'MeanVarianceNormalization', version: 13, inputs: [image], outputs: [any(4)] },
  {
    op: 'MeanVarianceNormalization',
    version: 9,
    attributes: { axes: [1] },
    inputs: [image],
    outputs: [any(4)],
  },
  { op: 'HardSwish', version: 14 },
  {
    op: 'ReduceMax',
    version: 20,
    why: 'of booleans',
    inputs: [type('bool', 2, 3)],
    constants: [int64([1])],
    outputs: [type('bool', 'a', 'b')],
  },
  {
    op: 'ReduceMin',
    version: 20,
    why: 'of booleans',
    inputs: [type('bool', 2, 3)],
    outputs: [type('bool', 'a', 'b')],
  },
  {
    op: 'IsInf',
    version: 20,
    why: 'of half floats',
    inputs: [type('float16', 2, 3)],
    outputs: [type('bool', 'a', 'b')],
  },
  { op: 'OptionalHasElement', version: 18, inputs: [f32(2)], outputs: [type('bool')] },
  { op: 'OptionalGetElement', version: 18, inputs: [f32(2)], outputs: [any(1)] },
  {
    op: 'AveragePool',
    version: 22,
    why: 'whose last window begins in the padding',
    attributes: {
      kernel_shape: [3, 3],
      strides: [3, 3],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
      count_include_pad: 1,
    },
    inputs: [f32(1, 2, 2, 2)],
    outputs: [any(4)],
  },
  { op: 'DFT', version: 20, inputs: [f32(2, 4, 1)], constants: [undefined, int64([1], [])] },
  { op: 'Identity', version: 1 },
];

describe('normalizeOpset keeps what a node computes', () => {
  cases.forEach((each, i) => {
    it(title(each), async () => {
      const model = modelFor(each);
      const normal = normalizeOpset(model);
      expect(normal.opsets.get('')).to.equal(17);
      await expectSame(model, normal, feedsFor(model, random(i)), 2e-6);
    });
  });
});

describe('normalizeOpset keeps what rows of the gradient table compute', () => {
  const rows = table.filter(({ options }) => (options.opset ?? OPSET) > OPSET && !options.lacksKernel);
  for (const each of rows)
    for (const variant of each.options.variants ?? (['static', 'symbolic'] as const))
      it(`${titleOf(each)}, ${variant}`, async () => {
        const { forward, feeds } = prepare({ row: each, variant }, 'r/', 'float32');
        await expectSame(forward, normalizeOpset(forward), feeds, 5e-6);
      });
});

interface GoldenCase {
  readonly op: string;
  readonly version: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly inputs: readonly (GoldenTensor | null)[];
  readonly outputs: readonly GoldenTensor[];
}
interface GoldenTensor {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

describe("normalizeOpset agrees with ONNX's reference where ONNX Runtime has no kernel", () => {
  const file = new URL('golden/newer-operators.json', import.meta.url);
  const parse: (text: string) => readonly GoldenCase[] = JSON.parse;
  const golden = parse(readFileSync(file, 'utf8'));
  golden.forEach(({ op: name, version, attributes, inputs, outputs }, i) => {
    it(`${name} ${i}`, async () => {
      const there = inputs.flatMap((each, at) => (each === null ? [] : [[`x${at}`, each] as const]));
      const model = modelOf(
        {
          nodes: [
            op(
              name,
              inputs.map((each, at) => (each === null ? '' : `x${at}`)),
              outputs.map((_, at) => `y${at}`),
              Object.fromEntries(
                Object.entries(attributes).map(([key, of]) => [
                  key,
                  key === 'scale' ? float(Number(of)) : of,
                ]),
              ),
            ),
          ],
          inputs: Object.fromEntries(there.map(([key, { dims }]) => [key, f32(...dims)])),
          outputs: outputs.map((_, at) => `y${at}`),
        },
        version,
      );
      const feeds = Object.fromEntries(there.map(([key, { dims, data }]) => [key, float32(data, dims)]));
      const results = await run(normalizeOpset(model), feeds);
      outputs.forEach(({ dims, data }, at) => {
        const got = results.get(`y${at}`);
        expect(got?.dims).to.deep.equal(dims);
        Array.from<unknown, number>(got?.data ?? [], Number).forEach((value, j) =>
          expect(value).to.be.closeTo(data[j] ?? NaN, 2e-6),
        );
      });
    });
  });
});

/** What operator set 17 cannot express, and the lowest set that can. */
const kept: readonly (Case & {
  readonly lowest: number;
  /** Inputs of which not every value is valid. */
  readonly feeds?: Readonly<Record<string, Tensor>>;
})[] = [
  {
    op: 'BitwiseNot',
    version: 20,
    lowest: 18,
    inputs: [type('int32', 2, 3)],
    outputs: [type('int32', 2, 3)],
  },
  {
    op: 'ReduceMax',
    version: 20,
    lowest: 18,
    inputs: [f32(2, 3, 4), type('int64', 1)],
    feeds: { x1: int64([1]) },
  },
  {
    op: 'ReduceSumSquare',
    version: 18,
    lowest: 18,
    why: 'over no axes',
    attributes: { noop_with_empty_axes: 1 },
  },
  {
    op: 'Resize',
    version: 19,
    lowest: 18,
    attributes: { antialias: 1, mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
    inputs: [f32(1, 1, 6, 6)],
    constants: [float32([0, 0, 0, 0.1, 1, 1, 0.8, 0.9]), float32([1, 1, 0.5, 0.5])],
    outputs: [any(4)],
  },
  {
    op: 'AveragePool',
    version: 22,
    lowest: 19,
    attributes: { kernel_shape: [2, 2], dilations: [2, 2], ceil_mode: 1 },
    inputs: [f32(1, 1, 6, 6)],
    outputs: [any(4)],
  },
  {
    op: 'ScatterElements',
    version: 18,
    lowest: 18,
    attributes: { axis: 1, reduction: 'max' },
    inputs: [f32(2, 3)],
    constants: [int64([0, 0], [1, 2]), float32([5, 6], [1, 2])],
    outputs: [any(2)],
  },
  {
    op: 'AffineGrid',
    version: 20,
    lowest: 20,
    why: 'of a number of axes that only its input tells',
    inputs: [f32(1, 'rows', 'columns'), type('int64', 'k')],
    outputs: [{ dtype: 'float32', shape: null }],
    feeds: { x0: float32([1, 0.5, 0, -0.5, 1, 0.25], [1, 2, 3]), x1: int64([1, 1, 2, 3]) },
  },
  {
    op: 'QuantizeLinear',
    version: 21,
    lowest: 21,
    attributes: { block_size: 2, axis: 1, output_dtype: 3 },
    inputs: [f32(2, 4)],
    constants: [float32([1, 0.5, 0.25, 2], [2, 2])],
    outputs: [type('int8', 'a', 'b')],
  },
];

describe('normalizeOpset keeps what 17 cannot express, in the lowest operator set that can', () => {
  for (const each of kept)
    it(title(each), async () => {
      const model = modelFor(each);
      const normal = normalizeOpset(model);
      expect(normal.opsets.get('')).to.equal(each.lowest);
      expect(normalizeOpset(normal)).to.deep.equal(normal);
      await expectSame(model, normal, { ...feedsFor(model, random(1)), ...each.feeds });
    });

  it('and raises the nodes around them to that set', async () => {
    const nodes = [
      op('BitwiseNot', ['whole'], ['not']),
      op('Gather', ['volume', 'zero'], ['first'], { axis: 4 }),
      op('AffineGrid', ['theta', 'size'], ['places']),
      op('GridSample', ['volume', 'places'], ['sampled'], { mode: 'linear' }),
      op('GridSample', ['first', 'grid'], ['flat'], { mode: 'cubic' }),
      op('Split', ['first'], ['left', 'right'], { axis: 3, num_outputs: 2 }),
      op('ReduceMean', ['left', 'axes'], ['mean']),
      op('DFT', ['signal', '', 'one'], ['spectrum']),
    ];
    const model = modelOf(
      {
        nodes,
        inputs: {
          whole: type('int32', 2),
          volume: f32(1, 2, 4, 4, 2),
          theta: f32(1, 'rows', 'columns'),
          size: type('int64', 'k'),
          grid: f32(1, 3, 3, 2),
          signal: f32(1, 4, 1),
        },
        constants: { zero: int64([0], []), axes: int64([2, -1]), one: int64([1], []) },
        outputs: {
          not: type('int32', 2),
          sampled: any(5),
          flat: any(4),
          left: any(4),
          right: any(4),
          mean: any(4),
          spectrum: any(3),
        },
      },
      20,
    );
    const normal = normalizeOpset(model);
    expect(normal.opsets.get('')).to.equal(20);
    const feeds = {
      ...feedsFor(model, random(4)),
      theta: float32([1, 0.5, 0, 0.1, -0.5, 1, 0.25, 0, 0.3, 0, 0.7, -0.2], [1, 3, 4]),
      size: int64([1, 1, 2, 2, 2]),
    };
    await expectSame(model, normal, feeds, 2e-6);
  });
});

describe('normalizeOpset agrees with numbers worked out by hand where ONNX Runtime has no such old kernels:', () => {
  const x = float32([1, 2, 3, 4], [1, 2, 1, 2]);
  const literal: readonly (Case & { feed: Tensor; expected: readonly number[] })[] = [
    {
      op: 'Add',
      version: 5,
      attributes: { broadcast: 1, axis: 1, consumed_inputs: [0, 0] },
      constants: [float32([10, 20])],
      feed: x,
      expected: [11, 12, 23, 24],
    },
    {
      op: 'Mul',
      version: 1,
      attributes: { broadcast: 1 },
      constants: [float32([10, 20])],
      feed: x,
      expected: [10, 40, 30, 80],
    },
    {
      op: 'Sub',
      version: 6,
      constants: [float32([1, 1, 1, 1], [1, 2, 1, 2])],
      feed: x,
      expected: [0, 1, 2, 3],
    },
    {
      op: 'PRelu',
      version: 6,
      constants: [float32([0.5, 2])],
      feed: float32([-1, 1, -1, 1], [1, 2, 1, 2]),
      expected: [-0.5, 1, -2, 1],
    },
    {
      op: 'PRelu',
      version: 6,
      constants: [float32([0.5])],
      feed: float32([-1, 1, -1, 1], [1, 2, 1, 2]),
      expected: [-0.5, 1, -0.5, 1],
    },
    { op: 'Reshape', version: 1, attributes: { shape: [1, 4, 1, -1] }, feed: x, expected: [1, 2, 3, 4] },
    {
      op: 'Concat',
      version: 1,
      constants: [float32([5, 6], [1, 1, 1, 2])],
      feed: x,
      expected: [1, 2, 3, 4, 5, 6],
    },
    {
      op: 'Tile',
      version: 1,
      constants: [int64([2], []), int64([1], [])],
      feed: x,
      expected: [1, 2, 3, 4, 1, 2, 3, 4],
    },
    {
      op: 'Pad',
      version: 1,
      attributes: { paddings: [0, 0, 0, 0, 0, 0, 0, 1], value: float(9) },
      feed: x,
      expected: [1, 2, 9, 3, 4, 9],
    },
    {
      op: 'Clip',
      version: 1,
      attributes: { min: float(1.5), max: float(3.5) },
      feed: x,
      expected: [1.5, 2, 3, 3.5],
    },
    {
      op: 'Upsample',
      version: 1,
      attributes: { height_scale: float(2), width_scale: float(1), mode: 'nearest' },
      feed: x,
      expected: [1, 2, 1, 2, 3, 4, 3, 4],
    },
    {
      op: 'BatchNormalization',
      version: 6,
      why: 'over channels',
      attributes: { epsilon: float(0), is_test: 1 },
      constants: [
        [2, 1],
        [0, 1],
        [1, 3],
        [4, 1],
      ].map((v) => float32(v)),
      feed: x,
      expected: [0, 1, 1, 2],
    },
    {
      op: 'BatchNormalization',
      version: 7,
      why: 'for each position',
      attributes: { epsilon: float(0), spatial: 0 },
      constants: [
        [2, 1, 1, 1],
        [0, 1, 0, 0],
        [1, 1, 1, 1],
        [4, 1, 1, 4],
      ].map((v) => float32(v, [2, 1, 2])),
      feed: x,
      expected: [0, 2, 2, 1.5],
    },
    {
      op: 'ImageScaler',
      version: 1,
      attributes: { scale: float(2), bias: floats([1, -1]) },
      feed: x,
      expected: [3, 5, 5, 7],
    },
    {
      op: 'Affine',
      version: 1,
      attributes: { alpha: float(2), beta: float(1) },
      feed: x,
      expected: [3, 5, 7, 9],
    },
    {
      op: 'ScaledTanh',
      version: 1,
      attributes: { alpha: float(2), beta: float(0.5) },
      feed: x,
      expected: [1, 2, 3, 4].map((v) => 2 * Math.tanh(v / 2)),
    },
    {
      op: 'ParametricSoftplus',
      version: 1,
      attributes: { alpha: float(2), beta: float(0.5) },
      feed: x,
      expected: [1, 2, 3, 4].map((v) => 2 * Math.log1p(Math.exp(v / 2))),
    },
    // ONNX Runtime 1.30 takes another number of frequencies than the length asks for; these are NumPy's.
    ...[
      [2.2, -0.6689153, -0.69192991, 0.53914351, -0.37829829],
      [2.375, -0.50888348, -0.375, -0.3017767, -0.625, 1.25888348, -0.875, 0.0517767],
    ].map((expected) => ({
      op: 'DFT',
      version: 20,
      why: `to a real signal of ${expected.length}`,
      attributes: { onesided: 1, inverse: 1 },
      constants: [int64([expected.length], [])],
      feed: float32([1, 0, 2, 1, 3, -1, 4, 2], [1, 1, 4, 2]),
      expected,
    })),
    { op: 'GlobalLpPool', version: 1, attributes: { p: float(1) }, feed: x, expected: [3, 7] },
    {
      op: 'Mod',
      version: 28,
      constants: [float32([3, -3, 2.5, 2], [1, 2, 1, 2])],
      feed: float32([-1, 1, 4, -4], [1, 2, 1, 2]),
      expected: [2, -2, 1.5, 0],
    },
    {
      op: 'SwiGLU',
      version: 28,
      constants: [float32([1, 2, 1, 2], [1, 2, 1, 2])],
      feed: x,
      expected: [1, 2, 3, 4].map((v, i) => (v / (1 + Math.exp(-v))) * (1 + (i % 2))),
    },
  ];
  for (const each of literal)
    it(title(each), async () => {
      const { dims } = each.feed;
      const model = modelFor({ ...each, inputs: [f32(...dims)], outputs: [any(4)] });
      const result = (await run(normalizeOpset(model), { x0: each.feed })).get('y0');
      const got = Array.from<unknown, number>(result?.data ?? [], Number);
      expect(got).to.have.length(each.expected.length);
      each.expected.forEach((want, i) => expect(got[i]).to.be.closeTo(want, 1e-5));
    });

  it('BitShift of 28 of signed numbers', async () => {
    for (const [direction, expected] of [
      ['RIGHT', [-1n, -2n, 3n, -(2n ** 62n)]],
      ['LEFT', [-2n, -6n, 12n, 0n]],
    ] as const) {
      const model = modelOf(
        {
          nodes: [op('BitShift', ['x', 'n'], ['y'], { direction })],
          inputs: { x: type('int64', 4) },
          constants: { n: int64([1, 1, 1, 1]) },
          outputs: { y: type('int64', 4) },
        },
        28,
      );
      const x = tensor('int64', BigInt64Array.of(-1n, -3n, 6n, -(2n ** 63n)), [4]);
      expect(
        Array.from<unknown>((await run(normalizeOpset(model), { x })).get('y')?.data ?? []),
      ).to.deep.equal(expected);
    }
  });

  it('SpaceToDepth of 28 with the channels of a block together', async () => {
    const model = modelFor({
      op: 'SpaceToDepth',
      version: 28,
      attributes: { blocksize: 2, mode: 'CRD' },
      inputs: [f32(1, 2, 2, 2)],
      outputs: [any(4)],
    });
    const x0 = float32([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
    const result = (await run(normalizeOpset(model), { x0 })).get('y0');
    expect(Array.from<unknown, number>(result?.data ?? [], Number)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('Cast of 1 to a name', async () => {
    const model = modelFor({
      op: 'Cast',
      version: 1,
      attributes: { to: 'INT32' },
      outputs: [type('int32', 'a', 'b', 'c')],
    });
    const [result] = (await run(normalizeOpset(model), feedsFor(model, random(1)))).values();
    expect(result?.type).to.equal('int32');
  });
});

describe('normalizeOpset', () => {
  it('names operator, node and version of what it cannot express', () => {
    expect(() => normalizeOpset(modelFor({ op: 'Scan', version: 8 })))
      .to.throw(
        OneirosError,
        'Scan node "y0" of operator set 8 cannot be expressed in operator set 17: a batch axis',
      )
      .with.property('code', 'unsupported');
    expect(() => normalizeOpset(modelFor({ op: 'Relu', version: 29 }))).to.throw('29');
  });

  it('converts branches, which use values of the graph around them', async () => {
    const branch = (axis: number) =>
      graphOf({
        nodes: [
          op('Softmax', ['x'], [`s${axis}`], { axis }),
          op('ReduceMean', [`s${axis}`, `axes`], [`z${axis}`]),
        ],
        outputs: { [`z${axis}`]: any(3) },
      });
    const model = modelOf(
      {
        nodes: [
          op('If', ['yes'], ['y'], {
            then_branch: { type: 'graph', value: branch(1) },
            else_branch: { type: 'graph', value: branch(2) },
          }),
        ],
        inputs: { x: f32(2, 3, 4), yes: type('bool') },
        constants: { axes: int64([0]) },
        outputs: { y: any(3) },
      },
      18,
    );
    for (const yes of [0, 1])
      await expectSame(model, normalizeOpset(model), {
        ...feedsFor(model, random(3)),
        yes: tensor('bool', Uint8Array.of(yes), []),
      });
  });

  it('replaces calls of the model’s functions with their bodies', async () => {
    const bytes = message(
      {
        input: [value('x', 2, 3)],
        output: [value('y', 2, 3)],
        node: [
          { ...node('twice', ['x'], ['m'], [{ name: 'slope', type: Type.FLOAT, f: 0.5 }]), domain: 'own' },
          { ...node('twice', ['m'], ['y']), domain: 'own' },
        ],
      },
      {
        opsetImport: [{ version: 17n }, { domain: 'own', version: 1n }],
        functions: [
          {
            name: 'twice',
            domain: 'own',
            input: ['a'],
            output: ['b'],
            attributeProto: [{ name: 'slope', type: Type.FLOAT, f: 0.1 }],
            opsetImport: [{ version: 17n }, { domain: 'own', version: 1n }],
            node: [
              {
                ...node('leak', ['a'], ['m'], [{ name: 'by', type: Type.FLOAT, refAttrName: 'slope' }]),
                domain: 'own',
              },
              node('Add', ['m', 'm'], ['b']),
            ],
          },
          {
            name: 'leak',
            domain: 'own',
            input: ['a'],
            output: ['b'],
            attribute: ['by'],
            opsetImport: [{ version: 17n }],
            node: [node('LeakyRelu', ['a'], ['b'], [{ name: 'alpha', type: Type.FLOAT, refAttrName: 'by' }])],
          },
        ],
      },
    );
    const model = decodeModel(bytes);
    const normal = normalizeOpset(model);
    expect(normal.graph.nodes.map(({ op: name }) => name)).to.deep.equal([
      'LeakyRelu',
      'Add',
      'LeakyRelu',
      'Add',
    ]);
    await expectSame(model, normal, feedsFor(model, random(1)));
  });

  it('converts a function from the operator set that it imports', async () => {
    const bytes = message(
      {
        input: [value('x', 2, 3)],
        output: [value('y', 2, 1)],
        node: [{ ...node('average', ['x'], ['y']), domain: 'own' }],
      },
      {
        opsetImport: [{ version: 17n }, { domain: 'own', version: 1n }],
        functions: [
          {
            name: 'average',
            domain: 'own',
            input: ['a'],
            output: ['b'],
            opsetImport: [{ version: 18n }],
            node: [
              node('Constant', [], ['axes'], [{ name: 'value_ints', type: Type.INTS, ints: [1n] }]),
              node('ReduceMean', ['a', 'axes'], ['b']),
            ],
          },
        ],
      },
    );
    const normal = normalizeOpset(decodeModel(bytes));
    expect(normal.opsets.get('')).to.equal(17);
    const result = (await run(normal, { x: float32([1, 2, 3, 4, 5, 9], [2, 3]) })).get('y');
    expect(Array.from<unknown, number>(result?.data ?? [], Number)).to.deep.equal([2, 6]);
  });

  it('passes an input through that is also the output of its function', () => {
    const bytes = message(
      {
        input: [value('x', 1)],
        output: [value('y', 1)],
        node: [{ ...node('same', ['x'], ['y']), domain: 'own' }],
      },
      { functions: [{ name: 'same', domain: 'own', input: ['a'], output: ['a'] }] },
    );
    const [only] = normalizeOpset(decodeModel(bytes)).graph.nodes;
    expect([only?.op, only?.inputs, only?.outputs]).to.deep.equal(['Identity', ['x'], ['y']]);
  });

  it('refuses functions that call themselves, or that grow without bound', () => {
    const call = (name: string) => ({ ...node(name, ['a'], ['b']), domain: 'own' });
    const around = (functions: object[]) =>
      decodeModel(
        message(
          {
            input: [value('x', 1)],
            output: [value('y', 1)],
            node: [{ ...node('f0', ['x'], ['y']), domain: 'own' }],
          },
          { functions },
        ),
      );
    const own = { domain: 'own', input: ['a'], output: ['b'] };
    const loop = around([
      { ...own, name: 'f0', node: [call('f1')] },
      { ...own, name: 'f1', node: [call('f0')] },
    ]);
    expect(() => normalizeOpset(loop)).to.throw(OneirosError, 'calls itself');
    const doubling = around(
      Array.from({ length: 60 }, (_, i) => ({
        ...own,
        name: `f${i}`,
        node: [
          { ...node(`f${i + 1}`, ['a'], ['m']), domain: 'own' },
          { ...node(`f${i + 1}`, ['m'], ['b']), domain: 'own' },
        ],
      })),
    );
    expect(() => normalizeOpset(doubling)).to.throw(OneirosError, 'exceeds the work limit of');
  });
});
