import { OneirosError } from '../base/errors.js';
import { own } from '../base/own.js';
import type { ValueInfo } from '../onnx/graph/graph.js';
import { type FloatDType, isFloat } from '../tensor/dtype.js';
import type { Random } from '../tensor/random.js';
import { halfToNumber, numberToHalf, sizeOf, type Tensor, tensor } from '../tensor/tensor.js';

/** The parts of a difference quotient: points, directions, and their products, summed in double precision. */

/** The most elements that are drawn, for any size that a file declares for an input. */
const mostDrawn = 2 ** 25;

/**
 * A tensor for an input, uniform in [0, range).
 * @param sizes of symbolic axes; by default 1 for the first axis, 64 for others
 * @throws OneirosError `bad-argument` for an input without a shape, or that is not floating-point; `too-large` for one
 *   that declares more elements than are drawn
 */
export function draw(
  { name, type }: ValueInfo,
  sizes: Readonly<Record<string, number>>,
  range: number,
  r: Random,
): Tensor {
  const shape = type?.shape ?? null;
  if (type === null || shape === null)
    throw new OneirosError('bad-argument', `input "${name}" has no declared shape: pass it in \`feeds\``);
  const dims = shape.map((size, axis) =>
    typeof size === 'number' ? size : (own(sizes, size) ?? (axis === 0 ? 1 : 64)),
  );
  if (!isFloat(type.dtype))
    throw new OneirosError('bad-argument', `input "${name}" is ${type.dtype}: pass it in \`feeds\``);
  if (!(sizeOf(dims) <= mostDrawn))
    throw new OneirosError(
      'too-large',
      `input "${name}" has ${sizeOf(dims)} elements, and at most ${mostDrawn} are drawn: pass it in \`feeds\``,
    );
  return fill(type.dtype, dims, () => range * r.uniform());
}

/** Standard normal noise of a tensor's shape and element type. */
export function noiseLike(like: Tensor, r: Random): Tensor {
  return fill(floatOf(like), like.dims, () => r.normal());
}

/** point + h · direction */
export function along(point: Tensor, direction: Tensor, h: number): Tensor {
  const [from, to] = [reader(point), reader(direction)];
  let i = 0;
  return fill(floatOf(point), point.dims, () => from(i) + h * to(i++));
}

/** Σ a · c */
export function dot(a: Tensor, c: Tensor): number {
  const [left, right] = [reader(a), reader(c)];
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += left(i) * right(i);
  return sum;
}

/** ‖a − c‖² */
export function squaredDistance(a: Tensor, c: Tensor): number {
  const [left, right] = [reader(a), reader(c)];
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (left(i) - right(i)) ** 2;
  return sum;
}

/** The root mean square, the unit of relative steps; 1 for zeros. */
export function scaleOf(point: Tensor): number {
  return Math.sqrt(dot(point, point) / Math.max(1, point.data.length)) || 1;
}

function fill(dtype: FloatDType, dims: readonly number[], next: () => number): Tensor {
  const n = sizeOf(dims);
  const values = Float64Array.from({ length: n }, next);
  if (dtype === 'float64') return tensor(dtype, values, dims);
  if (dtype === 'float32') return tensor(dtype, Float32Array.from(values), dims);
  return tensor(dtype, Uint16Array.from(values, numberToHalf), dims);
}

function reader({ dtype, data }: Tensor): (i: number) => number {
  return dtype === 'float16' ? (i) => halfToNumber(Number(data[i])) : (i) => Number(data[i]);
}

function floatOf({ dtype }: Tensor): FloatDType {
  if (isFloat(dtype)) return dtype;
  throw new OneirosError('bad-argument', `only floating-point values have gradients, not ${dtype}`);
}
