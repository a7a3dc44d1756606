import { anySize, floorDiv, mul } from '../facts/dim.js';
import {
  anyShape,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  isGiven,
  known,
  numbersIn,
  sameAsFirst,
  shapeOf,
  unknown,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim } from '../graph/graph.js';
import { as, channelsLast, same } from './contrib-parts.js';
import { convolution } from './convolution.js';
import { indexing } from './indexing.js';
import { linear } from './linear.js';
import { normalization } from './normalization.js';
import { sampling } from './sampling.js';

/** The product, after the axes of either operand are moved. */
const fusedMatMul: Inference = (node, inputs, scope) => {
  const operand = (facts: Facts | undefined, name: string): Facts => {
    const shape = shapeOf(facts);
    if (shape === null || shape.length < 2) return facts ?? unknown;
    const isMoved = attr.int(node, `transBatch${name}`, 0) !== 0;
    const moved = isMoved ? [...shape.slice(1, -1), ...shape.slice(0, 1), ...shape.slice(-1)] : shape;
    const isTransposed = attr.int(node, `trans${name}`, 0) !== 0;
    return known(
      dtypeOf(facts),
      isTransposed ? [...moved.slice(0, -2), ...moved.slice(-1), ...moved.slice(-2, -1)] : moved,
    );
  };
  return same(linear, 'MatMul')(node, [operand(inputs[0], 'A'), operand(inputs[1], 'B')], scope);
};

/** The result, mean and inverse deviation of the last axis, and the sum. */
const skipLayerNormalization: Inference = (_, [x]) => {
  const shape = shapeOf(x);
  const statistics = known('float32', shape && [...shape.slice(0, -1), 1]);
  return [known(dtypeOf(x), shape), statistics, statistics, known(dtypeOf(x), shape)];
};

/** The result, how many words each text has, and the sum. */
const embedLayerNormalization: Inference = (_, [words, , table]) => {
  const [ids, rows] = [shapeOf(words), shapeOf(table)];
  const embedded = known(dtypeOf(table), ids && rows && [...ids, ...rows.slice(1)]);
  return [embedded, known('int32', ids && ids.slice(0, 1)), embedded];
};

/** The result, and the keys and values with those of the past. */
const multiHeadAttention: Inference = (node, inputs) => {
  const [x, key, value] = inputs;
  const [query, values] = [shapeOf(x), shapeOf(value)];
  const dtype = dtypeOf(x);
  const present = [known(dtype, anyShape(4)), known(dtype, anyShape(4))];
  if (query === null) return [known(dtype, anyShape(3)), ...present];
  const heads = attr.int(node, 'num_heads');
  const size = (): Dim => {
    if (query.length === 5) return mul(heads, query[4]!);
    const packed = shapeOf(key);
    if (packed?.length === 5) return mul(heads, packed[4]!);
    if (values === null) return anySize;
    return values.length === 4 ? mul(heads, values[3]!) : values[2]!;
  };
  return [known(dtype, [query[0]!, query[1]!, size()]), ...present];
};

/** The result, and the keys and values with those of the past. */
const attention: Inference = (node, [x, weights]) => {
  const shape = shapeOf(x);
  const sizes = attr.ints(node, 'qkv_hidden_sizes', []);
  const columns = shapeOf(weights)?.[1];
  const size = sizes[2] ?? (columns === undefined ? anySize : floorDiv(columns, 3));
  return [known(dtypeOf(x), shape && [...shape.slice(0, 2), size]), known(dtypeOf(x), anyShape(5))];
};

/** Half of the last axis. */
const biasSplitGelu: Inference = (_, [x]) => {
  const shape = shapeOf(x);
  return [
    known(dtypeOf(x), shape && [...shape.slice(0, -1), ...shape.slice(-1).map((size) => floorDiv(size, 2))]),
  ];
};

/** Weights are [outputs, …kernel, inputs/group]. */
const nhwcConv: Inference = (node, inputs, scope) => {
  const [x, weights] = inputs;
  const shape = shapeOf(weights);
  const first = shape && [...shape.slice(0, 1), ...shape.slice(-1), ...shape.slice(1, -1)];
  return channelsLast(as(convolution, 'Conv', [0, 1]), true)(
    node,
    [x ?? unknown, known(dtypeOf(weights), first)],
    scope,
  );
};

/** Pads are known when the graph runs. */
const convTransposeWithDynamicPads: Inference = (node, inputs, scope) => {
  const pads = numbersIn(inputs[2]);
  if (isGiven(node, 2) && pads === null)
    return [known(dtypeOf(inputs[0]), shapeOf(inputs[0])?.map(() => anySize) ?? null)];
  const attributes = new Map(node.attributes);
  if (pads !== null) attributes.set('pads', { type: 'ints', value: pads.map(BigInt) });
  return as(convolution, 'ConvTranspose', [0, 1])({ ...node, attributes }, inputs, scope);
};

/** The operators of ONNX Runtime, which its optimizer writes into files. Quantized ones are in `quantization`. */
export const contrib: Inferences = {
  SimplifiedLayerNormalization: same(normalization, 'LayerNormalization'),
  'com.microsoft.Attention': attention,
  'com.microsoft.BiasAdd': sameAsFirst,
  'com.microsoft.BiasGelu': sameAsFirst,
  'com.microsoft.BiasSoftmax': sameAsFirst,
  'com.microsoft.BiasSplitGelu': biasSplitGelu,
  'com.microsoft.ConvTransposeWithDynamicPads': convTransposeWithDynamicPads,
  'com.microsoft.EmbedLayerNormalization': embedLayerNormalization,
  'com.microsoft.FastGelu': sameAsFirst,
  'com.microsoft.FusedConv': as(convolution, 'Conv', [0, 1, 2]),
  'com.microsoft.FusedGemm': as(linear, 'Gemm', [0, 1, 2]),
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.GatherND': same(indexing, 'GatherND'),
  'com.microsoft.Gelu': sameAsFirst,
  'com.microsoft.GridSample': same(sampling, 'GridSample'),
  'com.microsoft.GroupNorm': sameAsFirst,
  'com.microsoft.Inverse': sameAsFirst,
  'com.microsoft.MultiHeadAttention': multiHeadAttention,
  'com.microsoft.NhwcConv': nhwcConv,
  'com.microsoft.QuickGelu': sameAsFirst,
  'com.microsoft.SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipLayerNormalization,
  'com.microsoft.TransposeMatMul': fusedMatMul,
  'com.microsoft.Trilu': sameAsFirst,
};
