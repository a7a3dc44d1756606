import { elementType } from '../codec/elements.js';
import {
  dtypeOf,
  type Inference,
  type Inferences,
  isGiven,
  known,
  sameAsFirst,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import { broadcast } from './broadcast.js';
import { as, channelsLast, type Pick } from './contrib-parts.js';
import { convolution } from './convolution.js';
import { layout } from './layout.js';
import { linear } from './linear.js';
import { pooling } from './pooling.js';
import { reduction } from './reduction.js';

/** The type of the zero point, or that of `output_dtype`, or uint8. */
const quantize: Inference = (node, [x, , zeroPoint]) => {
  const wanted = attr.int(node, 'output_dtype', 0);
  const dtype = isGiven(node, 2) ? dtypeOf(zeroPoint) : wanted === 0 ? 'uint8' : elementType(wanted);
  return [known(dtype, shapeOf(x))];
};

const dequantize: Inference = (_, [x, scale]) => [known(dtypeOf(scale), shapeOf(x))];

/** The quantized tensor, and the scale and zero point computed for it. */
const dynamicQuantize: Inference = (_, [x]) => [
  known('uint8', shapeOf(x)),
  known('float32', []),
  known('uint8', []),
];

/** Inputs that broadcast to the result. */
function broadcasting(...at: readonly number[]): Inference {
  return (node, inputs) => {
    const shapes = at.map((i) => shapeOf(inputs[i]));
    return [known(dtypeOf(inputs[at[0] ?? 0]), broadcast(node, inputs, shapes))];
  };
}

/** Of the parts, which are every third input from 2 on. */
const parts: Pick = ({ inputs }) => inputs.flatMap((_, i) => (i % 3 === 2 ? [i] : []));

/** A · Bᵀ with B of N rows, packed. */
const matMulNBits: Inference = (node, [a]) => {
  const shape = shapeOf(a);
  return [known(dtypeOf(a), shape && [...shape.slice(0, -1), attr.int(node, 'N')])];
};

/** A real result without a scale for it. */
const qGemm: Inference = (node, inputs, scope) =>
  as(linear, 'Gemm', [0, 3], (node.inputs[7] ?? '') === '' ? 'float32' : 8)(node, inputs, scope);

/** The first input, and what else is known about the second; see `autodiff/expansions/straight-through.ts`. */
const straightThrough: Inference = (_, [value, surrogate]) => [
  known(dtypeOf(value) ?? dtypeOf(surrogate), shapeOf(value) ?? shapeOf(surrogate)),
];

export const quantization: Inferences = {
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  QuantizeLinear: quantize,
  'com.microsoft.DequantizeLinear': dequantize,
  'com.microsoft.QuantizeLinear': quantize,
  'com.microsoft.DynamicQuantizeMatMul': as(linear, 'MatMul', [0, 1], 'float32'),
  'com.microsoft.MatMulIntegerToFloat': as(linear, 'MatMul', [0, 1], 2),
  'com.microsoft.MatMulNBits': matMulNBits,
  'com.microsoft.NhwcMaxPool': channelsLast(as(pooling, 'MaxPool', [0]), true),
  'com.microsoft.QGemm': qGemm,
  'com.microsoft.QLinearAdd': broadcasting(0, 3),
  'com.microsoft.QLinearAveragePool': channelsLast(as(pooling, 'AveragePool', [0])),
  'com.microsoft.QLinearConcat': as(layout, 'Concat', parts, 2),
  'com.microsoft.QLinearConv': channelsLast(as(convolution, 'Conv', [0, 3], 7)),
  'com.microsoft.QLinearGlobalAveragePool': channelsLast(as(pooling, 'GlobalAveragePool', [0])),
  'com.microsoft.QLinearLeakyRelu': sameAsFirst,
  'com.microsoft.QLinearMul': broadcasting(0, 3),
  'com.microsoft.QLinearReduceMean': as(reduction, 'ReduceMean', [0]),
  'com.microsoft.QLinearSigmoid': sameAsFirst,
  'com.microsoft.QLinearSoftmax': sameAsFirst,
  'com.microsoft.QLinearWhere': broadcasting(1, 4),
  'oneiros.StraightThrough': straightThrough,
};
