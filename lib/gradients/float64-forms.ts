import { kernelOf } from '../autodiff/rules/convolution.js';
import {
  countTo,
  offsetsOf,
  placeBack,
  positionsIn,
  spatialAxes,
  type Window,
  windowElement,
  windowOf,
} from '../autodiff/rules/window.js';
import { OneirosError } from '../base/errors.js';
import { type Builder, rankOf, shapeOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { attr, describe } from '../onnx/graph/attributes.js';
import { fromFront } from '../onnx/graph/axis.js';
import type { Node } from '../onnx/graph/graph.js';
import { float32 } from '../tensor/tensor.js';
import { normalizationForms } from './float64-normalization.js';
import { type Form, type Original, perChannel, sumOf } from './float64-original.js';

/** Operators for which ONNX Runtime has no double-precision kernel on the CPU, expressed by those it has. */
export const float64Forms: Readonly<Record<string, Form | undefined>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  AveragePool: averagePool,
  GlobalAveragePool: ({ b, x: [x] }) => b.mean(x, spatialAxes(x)),
  GlobalMaxPool: ({ b, x: [x] }) => b.max(x, spatialAxes(x)),
  ...normalizationForms,
  Resize: resize,
  DequantizeLinear: dequantized,

  // Spelled out, since ONNX Runtime fuses x · Sigmoid(x) into an operator that it has only in single precision. e⁷⁰⁰ does not
  // overflow: the gradient of this form stays finite.
  Sigmoid: ({ b, x: [x] }) => b.reciprocal(b.add(b.exp(b.minimum(b.neg(x), 700)), 1)),
  LeakyRelu: ({ b, node, x: [x] }) => b.where(b.less(x, 0), b.mul(x, attr.float(node, 'alpha', 0.01)), x),
  PRelu: ({ b, x: [x, slope] }) => b.where(b.less(x, 0), b.mul(x, slope!), x),
  Elu: ({ b, node, x: [x] }) =>
    b.where(b.less(x, 0), b.mul(b.sub(b.exp(b.minimum(x, 0)), 1), attr.float(node, 'alpha', 1)), x),
  HardSigmoid: ({ b, node, x: [x] }) => {
    const line = b.add(b.mul(x, attr.float(node, 'alpha', 0.2)), attr.float(node, 'beta', 0.5));
    return b.maximum(b.minimum(line, 1), 0);
  },
  HardSwish: ({ b, x: [x] }) => b.mul(x, b.maximum(b.minimum(b.add(b.div(x, 6), 0.5), 1), 0)),
  // ln(1 + eˣ) without overflow
  Softplus: ({ b, x: [x] }) => b.add(b.maximum(x, 0), b.log(b.add(b.exp(b.neg(b.abs(x))), 1))),
  // ONNX Runtime's double-precision kernel computes in single precision.
  Shrink: ({ b, node, x: [x] }) => {
    const [edge, bias] = [attr.float(node, 'lambd', 0.5), attr.float(node, 'bias', 0)];
    const above = b.where(b.greater(x, edge), b.sub(x, bias), 0);
    return b.where(b.less(x, -edge), b.add(x, bias), above);
  },
  Softsign: ({ b, x: [x] }) => b.div(x, b.add(b.abs(x), 1)),
  Erf: ({ b, x: [x] }) => errorFunction(b, x),
  Mean: ({ b, x }) => b.div(b.op('Sum', x), x.length),
  Tan: ({ b, x: [x] }) => b.div(b.sin(x), b.cos(x)),
  ReduceL1: (original) => reduced(original, 'ReduceSum', (b, x) => b.abs(x)),
  ReduceL2: (original) => original.b.sqrt(reduced(original, 'ReduceSum', (b, x) => b.square(x))),
};

/** By matrix products: one for each position of the kernel or for each position of the output, whichever are fewer. */
function convolution({ b, node, x: [x, w, bias], y }: Original): Value {
  const window = windowOf(b, node, x, y, kernelOf(node, w!));
  const groups = attr.int(node, 'group', 1);
  const { begin, end } = window;
  const padded = b.pad(x, [0, 0, ...begin, 0, 0, ...end]);
  const places = shapeOf(y).slice(2).map(Number);
  const columns =
    positionsIn(places) < positionsIn(window.kernel)
      ? eachOutput(b, padded, w!, window, groups, offsetsOf(b, places))
      : eachOffset(b, padded, w!, y, window, groups);
  return withBias(b, b.reshape(columns, b.shape(y)), bias);
}

/** Σ W · (the elements at each position of the kernel): N × groups × M/groups × pixels. */
function eachOffset(b: Builder, padded: Value, w: Value, y: Value, window: Window, groups: number): Value {
  if (shapeOf(w)[1] === 1 && shapeOf(w)[0] === groups) return depthwise(b, padded, w, y, window);
  const pixels = b.elements(y, spatialAxes(y));
  return sumOf(b, offsetsOf(b, window.kernel), (offset, i) => {
    const seen = b.reshape(windowElement(b, padded, y, window, offset), [0, groups, -1, pixels]);
    return b.matmul(b.reshape(kernelAt(b, w, i), [groups, -1, b.dim(w, 1)]), seen);
  });
}

/** One input channel for each output: elementwise products, since a matrix product would have nothing to sum. */
function depthwise(b: Builder, padded: Value, w: Value, y: Value, window: Window): Value {
  const ones = spatialAxes(y).map(() => 1);
  return sumOf(b, offsetsOf(b, window.kernel), (offset, i) =>
    b.mul(windowElement(b, padded, y, window, offset), b.reshape(kernelAt(b, w, i), [-1, ...ones])),
  );
}

/** (The window of each output) · Wᵀ: N × M × pixels. */
function eachOutput(
  b: Builder,
  padded: Value,
  w: Value,
  { strides, dilations, extent }: Window,
  groups: number,
  places: readonly (readonly number[])[],
): Value {
  const axes = spatialAxes(padded);
  const rows = b.reshape(w, [groups, b.div(b.dim(w, 0), groups), -1]);
  const columns = places.map((place) => {
    const starts = place.map((at, i) => at * strides[i]!);
    const ends = starts.map((start, i) => start + extent[i]!);
    const seen = b.reshape(b.slice(padded, axes, starts, ends, dilations), [b.dim(padded, 0), groups, 1, -1]);
    return b.reshape(b.matmul(seen, b.swap(rows)), [b.dim(padded, 0), -1, 1]);
  });
  return b.concat(columns, 2);
}

/** Wᵀ · x at each position of the kernel, added at the kernel's position. */
function transposedConvolution({ b, node, x: [x, w, bias], y }: Original): Value {
  if (attr.string(node, 'auto_pad', 'NOTSET') !== 'NOTSET' || attr.has(node, 'output_shape'))
    throw new OneirosError('unsupported', `${describe(node)}: no double-precision form for its padding`);
  const window = windowOf(b, node, x, y, kernelOf(node, w!));
  const groups = attr.int(node, 'group', 1);
  const pixels = b.elements(x, spatialAxes(x));
  const spatial = spatialAxes(x).map((axis) => b.dim(x, axis));
  const columns = b.reshape(x, [0, groups, -1, pixels]);
  const parts = offsetsOf(b, window.kernel).map((_, i) => {
    const weights = b.reshape(kernelAt(b, w!, i), [groups, -1, b.dim(w!, 1)]);
    return b.reshape(b.matmul(b.swap(weights), columns), [b.dim(x, 0), b.dim(y, 1), ...spatial]);
  });
  return withBias(b, placeBack(b, parts, y, window), bias);
}

/** The kernel's entries at one of its positions, M × C/groups. */
function kernelAt(b: Builder, w: Value, position: number): Value {
  const flat = b.reshape(w, [0, 0, -1]);
  return b.squeeze(b.slice(flat, [2], [position], [position + 1]), [2]);
}

function withBias(b: Builder, x: Value, bias: Value | undefined): Value {
  return bias === undefined ? x : b.add(x, perChannel(b, bias, x));
}

function averagePool({ b, node, x: [x], y }: Original): Value {
  const window = windowOf(b, node, x, y, attr.ints(node, 'kernel_shape'));
  const ones = b.expand(b.scalar(1, 'float64'), [1, 1, ...spatialAxes(x).map((axis) => b.dim(x, axis))]);
  const includesPad = attr.int(node, 'count_include_pad', 0) === 1;
  const total = windowSum(b, x, y, window, 0);
  return b.div(total, windowSum(b, ones, y, window, includesPad ? 1 : 0));
}

/**
 * Sums over windows, one axis after the other.
 * @param border the value of the window's padding; what `ceil_mode` adds beyond it is zero
 */
function windowSum(b: Builder, x: Value, y: Value, window: Window, border: number): Value {
  const { begin, end, strides, dilations, kernel, extent } = window;
  const bordered = b.pad(x, [0, 0, ...begin, 0, 0, ...end], border);
  return spatialAxes(x).reduce((sum, axis, i) => {
    const last = b.mul(b.sub(b.dim(y, axis), 1), strides[i]!);
    const beyond = b.maximum(b.sub(b.add(last, extent[i]!), b.dim(sum, axis)), 0);
    const only = (amount: Value | number) => shapeOf(x).map((_, other) => (other === axis ? amount : 0));
    const whole = b.pad(sum, [...only(0), ...only(beyond)]);
    return sumOf(b, countTo(b, kernel[i]!), (at) => {
      const start = at * dilations[i]!;
      return b.slice(whole, [axis], [start], [b.add(last, start + 1)], [strides[i]!]);
    });
  }, bordered);
}

/** A · x along each resized axis; A is the operator's result for the identity matrix, in single precision. */
function resize({ b, node, x: [x], from, y }: Original): Value {
  const [, roi, scales, sizes] = from;
  const factors = scales?.constant?.dtype === 'float32' ? scales.constant.data : null;
  if ((roi?.constant?.data.length ?? 0) > 0 || (factors === null && !sizes?.content))
    throw new OneirosError('unsupported', `${describe(node)}: no double-precision form for computed regions`);
  return shapeOf(y).reduce<Value>((image, size, axis) => {
    const before = Number(shapeOf(from[0]!)[axis]);
    const factor = factors?.[axis] ?? null;
    if (typeof size === 'string')
      throw new OneirosError('unsupported', `${describe(node)}: no double-precision form for computed sizes`);
    if (before === size && (factor === null || factor === 1)) return image;
    const matrix = resizedIdentity(b, node, before, size, factor);
    const axes = Array.from({ length: rankOf(image) }, (_, i) => i);
    const perm = [...axes.filter((i) => i !== axis), axis];
    return b.transpose(
      b.matmul(b.transpose(image, perm), matrix),
      axes.map((i) => perm.indexOf(i)),
    );
  }, x);
}

/** before × after */
function resizedIdentity(
  b: Builder,
  node: Node,
  before: number,
  after: number,
  factor: number | null,
): Value {
  b.budget.spend('elements', before * before, node);
  const identity = new Float32Array(before * before);
  for (let i = 0; i < before; i++) identity[i * before + i] = 1;
  const rows = b.constant(float32(identity, [1, 1, before, before]));
  const resized = b.op(
    'Resize',
    factor === null
      ? [rows, undefined, undefined, b.sizes([1, 1, before, after])]
      : [rows, undefined, b.constant(float32([1, 1, 1, factor]))],
    Object.fromEntries(node.attributes),
  );
  return b.cast(b.reshape(resized, [before, after]), 'float64');
}

/** (q − zero point) · scale, each of one number, of one along an axis, or of one for each block along it */
function dequantized({ b, node, x: [q, scale, zeroPoint] }: Original): Value {
  const rank = rankOf(q);
  const axis = attr.int(node, 'axis', 1);
  const ones = Array<number>(rank).fill(1);
  const block = attr.int(node, 'block_size', 0);
  const along = (parameter: Value) => {
    if (block > 0) return b.gather(parameter, b.div(b.range(b.dim(q, axis)), block), axis);
    return rankOf(parameter) === 0 || rank < 2
      ? parameter
      : b.reshape(parameter, ones.with(fromFront(axis, rank), -1));
  };
  const numbers = b.cast(q, 'float64');
  const centered = zeroPoint === undefined ? numbers : b.sub(numbers, along(b.cast(zeroPoint, 'float64')));
  return b.mul(centered, along(scale!));
}

/** Abramowitz and Stegun, 7.1.26: off by 1.5e-7 at most. */
function errorFunction(b: Builder, x: Value): Value {
  const magnitude = b.abs(x);
  const t = b.reciprocal(b.add(b.mul(magnitude, 0.3275911), 1));
  const series = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592].reduce<Value | null>(
    (sum, c) => b.mul(sum === null ? b.scalar(c, 'float64') : b.add(sum, c), t),
    null,
  );
  const value = b.sub(1, b.mul(series!, b.exp(b.neg(b.square(x)))));
  return b.mul(b.sign(x), value);
}

function reduced({ b, node, x: [x] }: Original, op: string, f: (b: Builder, x: Value) => Value): Value {
  const axes = attr.has(node, 'axes') ? b.sizes(attr.ints(node, 'axes')) : undefined;
  return b.op(op, [f(b, x), axes], { keepdims: attr.int(node, 'keepdims', 1) });
}
