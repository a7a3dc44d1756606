import { elementType } from '../codec/elements.js';
import { dtypeOf, type Inference, type Inferences, isGiven, known, shapeOf } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';

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
  'oneiros.StraightThrough': straightThrough,
};
