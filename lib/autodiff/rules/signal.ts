import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import { noGradient, rule, type RuleTable } from './rule.js';

/** Transforms of signals, and the windows and weights for them. */
export const signal: RuleTable = {
  // y = F x: dx = Fᴴ dy, which is the inverse transform times the length N; of an inverse transform, it is F dy / N.
  // Zeros stand for frequencies that `onesided` leaves out, and for elements beyond the length.
  DFT: rule(1, ({ b, node, dy, x: [x, length] }) => {
    const rank = rankOf(x);
    const axis = fromFront(attr.int(node, 'axis', 1), rank);
    const count = length === undefined ? b.dim(x, axis) : b.reshape(length, [1]);
    const wasInverse = attr.int(node, 'inverse', 0) === 1;
    const whole = resized(b, dy, axis, count);
    const back = b.op('DFT', [whole], { axis, inverse: wasInverse ? 0 : 1 });
    const scale = b.castLike(count, dy);
    const scaled = wasInverse ? b.div(back, scale) : b.mul(back, scale);
    const dx = resized(b, scaled, axis, b.dim(x, axis));
    // A real signal has no imaginary part to change.
    return [b.slice(dx, [rank - 1], [0], b.dim(x, rank - 1))];
  }),
  BlackmanWindow: noGradient,
  HammingWindow: noGradient,
  HannWindow: noGradient,
  MelWeightMatrix: noGradient,
};

/** With zeros behind, or cut off. */
function resized(b: Builder, x: Value, axis: number, size: Value): Value {
  const rank = rankOf(x);
  const missing = b.sub(size, b.dim(x, axis));
  return b.pad(
    x,
    Array.from({ length: 2 * rank }, (_, i) => (i === rank + axis ? missing : 0)),
  );
}
