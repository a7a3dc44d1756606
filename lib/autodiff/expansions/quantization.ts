import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import type { DType } from '../../tensor/dtype.js';
import type { Expansion, Expansions } from './expansion.js';
import { replaceGradient } from './straight-through.js';

/** The least and the greatest quantized integer. */
const ranges: Partial<Record<DType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** The element type in which real numbers are computed. */
function realType(c: Expansion, ...values: readonly (Value | undefined)[]): 'float32' | 'float64' {
  return values.some((value) => value && c.dtype(value) === 'float64') ? 'float64' : 'float32';
}

/** Whether all elements of a zero point are known to be zero, or it is left out. */
function isZero(zeroPoint: Value | undefined): boolean {
  const data = zeroPoint?.constant?.data;
  return (
    zeroPoint === undefined || (data !== undefined && Array.from(data, Number).every((item) => item === 0))
  );
}

/** A parameter with one number, or one for each index along an axis of a tensor of that rank. */
export function along(c: Expansion, parameter: Value, axis: number, rank: number): Value {
  const { b } = c;
  const sizes = parameter.type?.shape ?? c.fail('a scale or zero point whose shape cannot be inferred');
  if (sizes.length !== 1) return parameter;
  if (sizes[0] === 1 && rank === 0) return b.reshape(parameter, []);
  if (sizes[0] === 1 || rank === 1) return parameter;
  const from = fromFront(axis, rank);
  return b.reshape(
    parameter,
    Array.from({ length: rank }, (_, i) => (i === from ? -1 : 1)),
  );
}

/** (q − zero point) in floating point, where q has a gradient if it comes from a quantized value. */
export function centered(c: Expansion, at: number, zeroPointAt: number, axis = 0): Value {
  const { b } = c;
  const [q, zeroPoint] = [c.required(at), c.input(zeroPointAt)];
  const numbers = c.twin(q) ?? b.cast(q, 'float32');
  if (zeroPoint === undefined || isZero(zeroPoint)) return numbers;
  return b.sub(numbers, along(c, b.castLike(zeroPoint, numbers), axis, c.rank(q)));
}

/** The real numbers that integers stand for: (q − zero point) · scale. */
export function dequantized(c: Expansion, at: number, axis = 0): Value {
  const { b } = c;
  const numbers = centered(c, at, at + 2, axis);
  const scale = b.castLike(c.required(at + 1), numbers);
  return b.mul(numbers, along(c, scale, axis, c.rank(c.required(at))));
}

/**
 * clamp(round(x / scale) + zero point) to the range of the integers. The gradient is that of torch.fake_quantize: 1
 * (times 1 / scale) if the rounded value is in the range, with both ends, and 0 beyond. For a scale that is
 * differentiated by, it is that of Esser et al. (2020).
 */
export function requantized(
  c: Expansion,
  x: Value,
  scale: Value,
  zeroPoint: Value | undefined,
  dtype: DType,
  axis = 0,
): Value {
  const { b } = c;
  const [least, most] = ranges[dtype] ?? c.fail(`quantized elements of type ${dtype}`);
  const type = realType(c, x);
  const rank = c.rank(x);
  const steps = b.div(b.cast(x, type), along(c, b.cast(scale, type), axis, rank));
  const rounded = replaceGradient(b, b.op('Round', [steps]), steps);
  const shifted =
    zeroPoint === undefined || isZero(zeroPoint)
      ? rounded
      : b.add(rounded, along(c, b.cast(zeroPoint, type), axis, rank));
  return b.op('Clip', [shifted, b.scalar(least, type), b.scalar(most, type)]);
}

/** The same with the scale at an input of the node, and the zero point behind it. */
export function requantizedTo(c: Expansion, x: Value, scaleAt: number, axis = 0): Value {
  const zeroPoint = c.input(scaleAt + 1);
  const dtype = zeroPoint === undefined ? 'uint8' : c.dtype(zeroPoint);
  return requantized(c, x, c.required(scaleAt), zeroPoint, dtype, axis);
}

function requirePlain(c: Expansion): void {
  if (attr.int(c.node, 'block_size', 0) !== 0) c.fail('scales by block');
}

function quantizeLinear(c: Expansion): void {
  requirePlain(c);
  const wanted = attr.int(c.node, 'output_dtype', 0);
  if (wanted !== 0 && c.input(2) === undefined) c.fail('an output type without a zero point');
  const x = c.required(0);
  c.integers([requantizedTo(c, c.twin(x) ?? x, 1, attr.int(c.node, 'axis', 1))]);
}

function dequantizeLinear(c: Expansion): void {
  const { b, node } = c;
  const [axis, size] = [attr.int(node, 'axis', 1), attr.int(node, 'block_size', 0)];
  if (size === 0) {
    c.float(dequantized(c, 0, axis));
    return;
  }
  const [q, zeroPoint] = [c.required(0), c.input(2)];
  const numbers = c.twin(q) ?? b.cast(q, 'float32');
  const own = zeroPoint && b.castLike(zeroPoint, numbers);
  const shifted = own === undefined ? numbers : b.sub(numbers, inBlocks(c, own, q, axis, size));
  c.float(b.mul(shifted, inBlocks(c, b.castLike(c.required(1), numbers), q, axis, size)));
}

/** A parameter with one number for each block along an axis, repeated to the shape of `like`; the last block may be cut. */
function inBlocks(c: Expansion, parameter: Value, like: Value, axis: number, size: number): Value {
  const { b } = c;
  const rank = c.rank(like);
  const at = fromFront(axis, rank);
  const each = Array.from({ length: rank }, (_, i) => b.dim(parameter, i));
  const repeated = b.expand(b.unsqueeze(parameter, [at + 1]), each.toSpliced(at + 1, 0, b.sizes([size])));
  const whole = b.reshape(repeated, each.with(at, b.mul(each[at]!, size)));
  return b.slice(whole, [at], [0], [b.dim(like, at)]);
}

/** Quantized values, differentiated by straight-through estimation. */
export const quantization: Expansions = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  'com.microsoft.QuantizeLinear': quantizeLinear,
  'com.microsoft.DequantizeLinear': dequantizeLinear,
};
