import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { fromFront } from '../../onnx/graph/axis.js';

/** [n, …, c] → [n, c, …] */
export function channelsFirst(b: Builder, x: Value): Value {
  const spatial = Array.from({ length: rankOf(x) - 2 }, (_, i) => i + 1);
  return b.transpose(x, [0, rankOf(x) - 1, ...spatial]);
}

/** [n, c, …] → [n, …, c] */
export function channelsLast(b: Builder, x: Value): Value {
  const spatial = Array.from({ length: rankOf(x) - 2 }, (_, i) => i + 2);
  return b.transpose(x, [0, ...spatial, 1]);
}

/** Softmax over all axes from one on together. */
export function softmaxFrom(b: Builder, x: Value, axis: number): Value {
  const first = fromFront(axis, rankOf(x));
  if (first === rankOf(x) - 1) return b.op('Softmax', [x], { axis: -1 });
  const rows = b.reshape(x, [b.sizeOfAxes(x, 0, first), -1]);
  return b.reshape(b.op('Softmax', [rows], { axis: -1 }), b.shape(x));
}

/** x · (1 + erf(x / √2)) / 2 */
export function gelu(b: Builder, x: Value): Value {
  return b.mul(b.mul(x, 0.5), b.add(b.op('Erf', [b.mul(x, Math.SQRT1_2)]), 1));
}
