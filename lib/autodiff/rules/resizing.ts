import { type Builder, dtypeOf, rankOf, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { rule, type RuleContext, type RuleTable } from './rule.js';

/**
 * Resizing is linear (plus the constant outside the image) and works on each axis separately: y = A x along each. The matrix A is the operator's own result
 * for the identity, so every mode, rounding and border agrees with the forward pass; the gradient is Aᵀ dy.
 */
export const resizing: RuleTable = {
  Resize: rule(1, (context) => {
    const {
      b,
      node,
      dy,
      x: [x],
    } = context;
    const factor = repetition(context);
    const cotangent =
      factor !== null
        ? sumOfBlocks(b, dy, factor)
        : resizedAxes(context).reduce((part, axis) => alongAxis(context, part, x, axis), dy);
    // There is no gradient by scales, nor by the region if it has an effect.
    return [cotangent, crops(node) ? undefined : null];
  }),
};

type Resizing = RuleContext<readonly [Value, ...(Value | undefined)[]]>;

/** Axes whose size changes, or may change. */
function resizedAxes({ x: [x, , scales], y: [y] }: Resizing): readonly number[] {
  const to = shapeOf(y);
  const factors = constantFloats(scales);
  return shapeOf(x).flatMap((size, axis) =>
    size === to[axis] && (factors === null || factors[axis] === 1) ? [] : [axis],
  );
}

function constantFloats(value: Value | undefined): readonly number[] | null {
  const constant = value?.constant;
  return constant?.dtype === 'float32' && constant.data.length > 0 ? [...constant.data] : null;
}

/** dy · A along one axis, which is moved to the end for the product. */
function alongAxis(context: Resizing, cotangent: Value, x: Value, axis: number): Value {
  const { b } = context;
  const rank = rankOf(x);
  const axes = Array.from({ length: rank }, (_, i) => i);
  const perm = [...axes.filter((i) => i !== axis), axis];
  const back = axes.map((i) => perm.indexOf(i));
  // input size × output size
  const matrix = b.reshape(resizedIdentity(context, x, axis), [b.dim(x, axis), b.dim(cotangent, axis)]);
  return b.transpose(b.matmul(b.transpose(cotangent, perm), b.swap(matrix)), back);
}

/** The operator's result for each row of an identity matrix: 1 × 1 × size → 1 × 1 × size'. */
function resizedIdentity(
  { b, node, x: [x, roi, scales, sizes] }: Resizing,
  like: Value,
  axis: number,
): Value {
  const size = b.dim(like, axis);
  const rank = rankOf(like);
  const places = b.range(size);
  const identity = b.cast(b.equal(b.unsqueeze(places, [1]), places), dtypeOf(x));
  const rows = b.reshape(identity, [1, 1, size, size]);
  const pick = (vector: Value) => b.slice(vector, [0], [axis], [axis + 1]);
  const region =
    roi && rank > 0 && crops(node)
      ? b.concat(
          [
            floats(b, [0, 0, 0]),
            pick(roi),
            floats(b, [1, 1, 1]),
            b.slice(roi, [0], [rank + axis], [rank + axis + 1]),
          ],
          0,
        )
      : undefined;
  const target = sizes === undefined ? undefined : b.join([1, 1, size, pick(sizes)]);
  const factors =
    sizes === undefined && scales ? b.concat([floats(b, [1, 1, 1]), pick(scales)], 0) : undefined;
  // What lies outside the image is a constant, whatever the image is.
  return b.op('Resize', [rows, region, factors, target], {
    ...Object.fromEntries(node.attributes),
    extrapolation_value: undefined,
  });
}

/** Whether only a region of the image is resized. */
function crops(node: Node): boolean {
  return attr.string(node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize';
}

function floats(b: Builder, values: readonly number[]): Value {
  return b.constant({ dtype: 'float32', dims: [values.length], data: Float32Array.from(values) });
}

/** Whole-number factors if nearest-neighbor resizing only repeats each element, otherwise `null`. */
function repetition({ node, x: [x, , scales] }: Resizing): readonly [number, number] | null {
  const factors = constantFloats(scales);
  if (attr.string(node, 'mode', 'nearest') !== 'nearest' || rankOf(x) !== 4 || factors === null) return null;
  const [n, c, fy, fx] = factors;
  if (n !== 1 || c !== 1 || fy === undefined || fx === undefined) return null;
  const repeats = [fy, fx].every((factor) => Number.isInteger(factor) && factor >= 1) && repeatsAt(node);
  return repeats ? [fy, fx] : null;
}

/** floor(i / f) with asymmetric coordinates; with half-pixel ones, rounding never meets a tie and gives the same. */
function repeatsAt(node: Node): boolean {
  const coordinates = attr.string(node, 'coordinate_transformation_mode', 'half_pixel');
  const rounding = attr.string(node, 'nearest_mode', 'round_prefer_floor');
  if (coordinates === 'asymmetric') return rounding === 'floor';
  return coordinates === 'half_pixel' && rounding.startsWith('round');
}

function sumOfBlocks(b: Builder, dy: Value, [fy, fx]: readonly [number, number]): Value {
  const mean = b.op('AveragePool', [dy], { kernel_shape: [fy, fx], strides: [fy, fx] });
  return b.mul(mean, fy * fx);
}
