import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Expansion, Expansions } from './expansion.js';
import { along, centered, dequantized, requantized } from './quantization.js';

/**
 * Scale and zero point by which x, and 0, just fit into uint8: constants for the gradient, as for the observers of
 * PyTorch's fake quantization.
 */
function parametersOf(c: Expansion, x: Value): { readonly scale: Value; readonly zeroPoint: Value } {
  const { b } = c;
  const outputs = ['quantized', 'scale', 'zero_point'].map((name) => b.fresh(name));
  const [, scale, zeroPoint] = b.ops('DynamicQuantizeLinear', [x], 3, {}, { outputs });
  return { scale: c.stop(scale!), zeroPoint: c.stop(zeroPoint!) };
}

function dynamicQuantizeLinear(c: Expansion): void {
  const x = c.required(0);
  const { scale, zeroPoint } = parametersOf(c, x);
  c.integers([requantized(c, x, scale, zeroPoint, 'uint8')]);
}

/** Inputs: A, which is quantized by its own range; B, its scale and zero point; bias. */
function dynamicQuantizeMatMul(c: Expansion): void {
  const { b } = c;
  const a = c.required(0);
  const { scale, zeroPoint } = parametersOf(c, a);
  const steps = b.sub(requantized(c, a, scale, zeroPoint, 'uint8'), b.cast(zeroPoint, 'float32'));
  c.float(withBias(c, b.matmul(b.mul(steps, scale), dequantized(c, 1, -1)), 4));
}

/** Inputs: A, B, the scale of A, the scale of B, their zero points, bias. */
function matMulIntegerToFloat(c: Expansion): void {
  const { b } = c;
  const [x, y] = [centered(c, 0, 4, -2), centered(c, 1, 5, -1)];
  const scaled = (numbers: Value, at: number, axis: number) =>
    b.mul(numbers, along(c, c.required(at), axis, c.rank(numbers)));
  c.float(withBias(c, b.matmul(scaled(x, 2, -2), scaled(y, 3, -1)), 6));
}

function withBias(c: Expansion, y: Value, at: number): Value {
  const bias = c.input(at);
  return bias === undefined ? y : c.b.add(y, bias);
}

/** A · Bᵀ, where the rows of B are in blocks with a scale and a zero point each, two or one elements in a byte. */
function matMulNBits(c: Expansion): void {
  const { b, node } = c;
  const bits = attr.int(node, 'bits', 4);
  if (bits !== 4 && bits !== 8) c.fail(`${bits} bits`);
  if (c.input(4) !== undefined) c.fail('groups of columns in another order (g_idx)');
  const [k, n, size] = [attr.int(node, 'K'), attr.int(node, 'N'), attr.int(node, 'block_size')];
  const blocks = Math.ceil(k / size);
  const a = c.required(0);
  const unpacked = (value: Value) =>
    bits === 4 ? nibbles(c, value, n) : b.reshape(b.cast(value, 'float32'), [n, -1]);
  const steps = b.reshape(unpacked(c.required(1)), [n, blocks, size]);
  const zeroPoint = zeroPointsOf(c, unpacked, n, blocks);
  const centers = typeof zeroPoint === 'number' ? b.sub(steps, zeroPoint) : b.sub(steps, zeroPoint);
  const scales = b.reshape(b.cast(c.required(2), 'float32'), [n, blocks, 1]);
  const padded = b.reshape(b.mul(centers, scales), [n, blocks * size]);
  const weights = blocks * size === k ? padded : b.slice(padded, [1], [0], [k]);
  c.float(withBias(c, b.matmul(a, b.castLike(b.swap(weights), a)), 5));
}

/** One for each block of each row, packed like the elements or as real numbers; by default half the range. */
function zeroPointsOf(
  c: Expansion,
  unpacked: (value: Value) => Value,
  n: number,
  blocks: number,
): Value | number {
  const { b, node } = c;
  const given = c.input(3);
  if (given === undefined) return 2 ** (attr.int(node, 'bits', 4) - 1);
  const isPacked = c.dtype(given) === 'uint8';
  const rows = isPacked ? b.slice(unpacked(given), [1], [0], [blocks]) : b.cast(given, 'float32');
  return b.reshape(rows, [n, blocks, 1]);
}

/** The lower and the upper half of each byte, in this order, as rows of numbers. */
function nibbles(c: Expansion, bytes: Value, rows: number): Value {
  const { b } = c;
  const numbers = b.reshape(b.cast(bytes, 'float32'), [rows, -1, 1]);
  const upper = b.op('Floor', [b.div(numbers, 16)]);
  return b.reshape(b.concat([b.sub(numbers, b.mul(upper, 16)), upper], 2), [rows, -1]);
}

/** Operators that quantize while the model runs, or only the weights. */
export const dynamicQuantization: Expansions = {
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  'com.microsoft.DynamicQuantizeMatMul': dynamicQuantizeMatMul,
  'com.microsoft.MatMulIntegerToFloat': matMulIntegerToFloat,
  'com.microsoft.MatMulNBits': matMulNBits,
};
