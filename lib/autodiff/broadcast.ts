import { type Builder, rankOf, shapeOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';

/**
 * Undoes broadcasting: sums `cotangent` over the axes along which `x` was repeated, so that it has `x`'s shape.
 * If symbols do not determine whether an axis was repeated, the sum's axes are computed when the graph runs.
 */
export function unbroadcast(b: Builder, cotangent: Value, x: Value): Value {
  const extra = rankOf(cotangent) - rankOf(x);
  const leading = Array.from({ length: extra }, (_, i) => i);
  const aligned = extra > 0 ? b.sum(cotangent, leading, false) : cotangent;

  const [from, to] = [shapeOf(aligned), shapeOf(x)];
  const repeated = to.flatMap((size, axis) => (size === 1 && from[axis] !== 1 ? [axis] : []));
  const open = to.some((size, axis) => typeof size === 'string' && size !== from[axis]);
  if (open) return sumWhereRepeated(b, aligned, x);
  return repeated.length > 0 ? b.sum(aligned, repeated) : aligned;
}

function sumWhereRepeated(b: Builder, cotangent: Value, x: Value): Value {
  const one = b.sizes([1]);
  const isRepeated = b.and(b.equal(b.shape(x), one), b.not(b.equal(b.shape(cotangent), one)));
  const axes = b.reshape(b.op('NonZero', [isRepeated]), [-1]);
  return b.op('ReduceSum', [cotangent, axes], { keepdims: 1, noop_with_empty_axes: 1 });
}
