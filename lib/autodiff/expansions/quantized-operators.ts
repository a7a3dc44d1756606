import type { Builder } from '../../onnx/builder/builder.js';
import type { NamedAttributes, Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { channelsFirst, channelsLast, softmaxFrom } from './contrib-parts.js';
import type { Expand, Expansion, Expansions } from './expansion.js';
import { centered, dequantized, requantizedTo } from './quantization.js';

/** The node's attributes without some. */
function attributesWithout(c: Expansion, ...names: readonly string[]): NamedAttributes {
  return Object.fromEntries([...c.node.attributes].filter(([name]) => !names.includes(name)));
}

/** An operator on one image, which its attribute may declare to have its channels last. */
function inLayout(c: Expansion, x: Value, apply: (x: Value) => Value): Value {
  if (attr.int(c.node, 'channels_last', 0) === 0) return apply(x);
  return channelsLast(c.b, apply(channelsFirst(c.b, x)));
}

/** Inputs: image, scale, zero point; weights, scale, zero point; scale and zero point of the result; bias. */
function qLinearConv(c: Expansion): void {
  const { b } = c;
  const weights = dequantized(c, 3);
  const bias = biasAt(c, 8, b.mul(c.required(1), c.required(4)));
  const y = inLayout(c, dequantized(c, 0), (x) =>
    b.op('Conv', [x, weights, bias], attributesWithout(c, 'channels_last')),
  );
  c.integers([requantizedTo(c, y, 6)]);
}

/** An int32 bias, in units of the product of the operands' scales. */
function biasAt(c: Expansion, index: number, unit: Value): Value | undefined {
  const bias = c.input(index);
  return bias && c.b.mul(c.b.cast(bias, 'float32'), unit);
}

function convInteger(c: Expansion): void {
  c.integers([c.b.op('Conv', [centered(c, 0, 2), centered(c, 1, 3)], attributesWithout(c))]);
}

function qLinearMatMul(c: Expansion): void {
  c.integers([requantizedTo(c, c.b.matmul(dequantized(c, 0, -2), dequantized(c, 3, -1)), 6)]);
}

function matMulInteger(c: Expansion): void {
  c.integers([c.b.matmul(centered(c, 0, 2, -2), centered(c, 1, 3, -1))]);
}

/** α · A′ · B′ plus a bias in units of α · the scales; a real number if no scale of the result is given. */
function qGemm(c: Expansion): void {
  const { b, node } = c;
  const alpha = attr.float(node, 'alpha', 1);
  const [transA, transB] = [attr.int(node, 'transA', 0), attr.int(node, 'transB', 0)];
  const bias = biasAt(c, 6, b.mul(b.mul(c.required(1), c.required(4)), alpha));
  const operands = [dequantized(c, 0), dequantized(c, 3, transB === 0 ? 1 : 0), bias];
  const y = b.op('Gemm', operands, {
    ...attributesWithout(c, 'alpha'),
    alpha: { type: 'float', value: alpha },
    transA,
    transB,
  });
  if (c.input(7) === undefined) c.float(y);
  else c.integers([requantizedTo(c, y, 7)]);
}

/** Of one real image: inputs image, scale, zero point; scale and zero point of the result. */
function unary(apply: (c: Expansion, x: Value) => Value): Expand {
  return (c) => {
    c.integers([requantizedTo(c, apply(c, dequantized(c, 0)), 3)]);
  };
}

/** Of two real tensors that broadcast. */
function binary(apply: (b: Builder, x: Value, y: Value) => Value): Expand {
  return (c) => {
    c.integers([requantizedTo(c, apply(c.b, dequantized(c, 0), dequantized(c, 3)), 6)]);
  };
}

/** The axis, or all from it on before operator set 13. */
function softmax(c: Expansion, x: Value): Value {
  const { b, node } = c;
  const axis = attr.int(node, 'axis', -1);
  return attr.int(node, 'opset', 13) >= 13 ? b.op('Softmax', [x], { axis }) : softmaxFrom(b, x, axis);
}

/** Inputs: scale and zero point of the result; then tensor, scale, zero point of each part. */
function qLinearConcat(c: Expansion): void {
  const { b, node } = c;
  const count = (node.inputs.length - 2) / 3;
  const parts = Array.from({ length: count }, (_, i) => dequantized(c, 2 + 3 * i));
  c.integers([requantizedTo(c, b.concat(parts, attr.int(node, 'axis')), 0)]);
}

function qLinearWhere(c: Expansion): void {
  c.integers([requantizedTo(c, c.b.where(c.required(0), dequantized(c, 1), dequantized(c, 4)), 7)]);
}

function nhwcMaxPool(c: Expansion): void {
  const { b } = c;
  const x = channelsFirst(b, centered(c, 0, Infinity));
  c.integers([channelsLast(b, b.op('MaxPool', [x], attributesWithout(c)))]);
}

/** Operators on quantized integers: the float computation between dequantized inputs and a quantized result. */
export const quantizedOperators: Expansions = {
  ConvInteger: convInteger,
  MatMulInteger: matMulInteger,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  'com.microsoft.NhwcMaxPool': nhwcMaxPool,
  'com.microsoft.QGemm': qGemm,
  'com.microsoft.QLinearAdd': binary((b, x, y) => b.add(x, y)),
  'com.microsoft.QLinearAveragePool': unary((c, x) =>
    inLayout(c, x, (image) => c.b.op('AveragePool', [image], attributesWithout(c, 'channels_last'))),
  ),
  'com.microsoft.QLinearConcat': qLinearConcat,
  'com.microsoft.QLinearConv': qLinearConv,
  'com.microsoft.QLinearGlobalAveragePool': unary((c, x) =>
    inLayout(c, x, (image) => c.b.op('GlobalAveragePool', [image])),
  ),
  'com.microsoft.QLinearLeakyRelu': unary((c, x) => c.b.op('LeakyRelu', [x], attributesWithout(c))),
  'com.microsoft.QLinearMul': binary((b, x, y) => b.mul(x, y)),
  'com.microsoft.QLinearReduceMean': unary((c, x) => c.b.op('ReduceMean', [x], attributesWithout(c))),
  'com.microsoft.QLinearSigmoid': unary((c, x) => c.b.sigmoid(x)),
  'com.microsoft.QLinearSoftmax': unary(softmax),
  'com.microsoft.QLinearWhere': qLinearWhere,
};
