import type { DType } from '../../tensor/dtype.js';
import { anySize, floorDiv } from '../facts/dim.js';
import {
  anyShape,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  requireRank,
  sameAsFirst,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Node, Shape } from '../graph/graph.js';
import { broadcast } from './broadcast.js';
import { convolution } from './convolution.js';
import { layout } from './layout.js';
import { linear } from './linear.js';
import { normalization } from './normalization.js';
import { pooling } from './pooling.js';
import { reduction } from './reduction.js';

/** Which inputs are passed to another operator. */
type Pick = readonly number[] | ((node: Node) => readonly number[]);

/** The result of an operator of ONNX on some of the inputs, whatever their element types, of this input's type. */
function as(table: Inferences, op: string, pick: Pick, typeAt: number | DType = 0): Inference {
  return (node, inputs, scope) => {
    const indices = typeof pick === 'function' ? pick(node) : pick;
    const given = indices.map((i) => real(inputs[i]));
    const names = indices.map((i) => node.inputs[i] ?? '');
    const results = table[op]?.({ ...node, op, domain: '', inputs: names }, given, scope) ?? [];
    const dtype = typeof typeAt === 'number' ? dtypeOf(inputs[typeAt]) : typeAt;
    return results.slice(0, 1).map((result) => known(dtype, shapeOf(result)));
  };
}

function real(facts: Facts | undefined): Facts {
  return known(facts?.type?.dtype === undefined ? undefined : 'float32', shapeOf(facts));
}

/** The same on an image with its channels last; `always`, or if the attribute says so. */
function channelsLast(inference: Inference, always = false): Inference {
  return (node, inputs, scope) => {
    if (!always && attr.int(node, 'channels_last', 0) === 0) return inference(node, inputs, scope);
    const [x, ...others] = inputs;
    const shape = shapeOf(x);
    const first = shape && [...shape.slice(0, 1), ...shape.slice(-1), ...shape.slice(1, -1)];
    return inference(node, [known(dtypeOf(x), first), ...others], scope).map((result) => {
      const sizes = shapeOf(result);
      return known(dtypeOf(result), sizes && [...sizes.slice(0, 1), ...sizes.slice(2), ...sizes.slice(1, 2)]);
    });
  };
}

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

/** The operators of ONNX Runtime, which its quantizer and its optimizer write into files. */
export const contrib: Inferences = {
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
};
