import { float32 } from '../../tensor/tensor.js';
import type { Value } from '../builder/graph-builder.js';
import { numbersIn } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import { fromFront } from '../graph/axis.js';
import { alongAxis } from './axis-at-run-time.js';
import type { Conversion, Rules } from './rule.js';

/** The axis became an input at 20, and counts the axis of real and imaginary parts. */
function dft(c: Conversion): void {
  const x = c.required(0);
  const axis = c.version < 20 ? undefined : c.input(2);
  if (axis !== undefined && numbersIn(axis) === null) {
    c.results([alongAxis(c, x, axis, 1, (value) => transformed(c, value, 1))]);
    return;
  }
  const given = c.version < 20 ? attr.int(c.node, 'axis', 1) : (c.numbers(2, 'axes')?.[0] ?? -2);
  const at = fromFront(given, () => c.rank(x));
  if (isToReal(c)) c.results([toRealSignal(c, x, at)]);
  else c.keep({ axis: at }, [x, c.input(1)]);
}

function isToReal({ node }: Conversion): boolean {
  return attr.int(node, 'onesided', 0) === 1 && attr.int(node, 'inverse', 0) === 1;
}

function transformed(c: Conversion, x: Value, axis: number): Value {
  const { b, node } = c;
  if (isToReal(c)) return toRealSignal(c, x, axis);
  const [inverse, onesided] = [attr.int(node, 'inverse', 0), attr.int(node, 'onesided', 0)];
  return b.op('DFT', [x, c.input(1)], { axis, inverse, onesided });
}

/** The real signal of N elements with these frequencies from 0 to N/2; the others are their conjugates, in reverse. */
function toRealSignal(c: Conversion, x: Value, axis: number): Value {
  const { b } = c;
  const rank = c.rank(x);
  const length = c.input(1);
  const count = length ? b.cast(b.reshape(length, [1]), 'int64') : b.mul(b.sub(b.dim(x, axis), 1), 2);
  const missing = b.sub(b.add(b.div(count, 2), 1), b.dim(x, axis));
  const half = b.pad(
    x,
    Array.from({ length: 2 * rank }, (_, i) => (i === rank + axis ? missing : 0)),
  );
  const reversed = b.slice(half, [axis], b.div(b.sub(count, 1), 2), [0], [-1]);
  const conjugates = b.mul(reversed, b.castLike(b.constant(float32([1, -1])), x));
  const signal = b.op('DFT', [b.concat([half, conjugates], axis)], { axis, inverse: 1 });
  return b.slice(signal, [rank - 1], [0], [1]);
}

export const signal: Rules = {
  DFT: [{ convert: dft }],
};
