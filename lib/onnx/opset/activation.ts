import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import { withAxesBehind } from './elementwise.js';
import type { Conversion, Rules } from './rule.js';

/** 0.5·x·(1 + erf(x/√2)), or the approximation 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) */
function gelu(c: Conversion): void {
  const { b, node } = c;
  const x = c.required(0);
  const inner =
    attr.string(node, 'approximate', 'none') === 'tanh'
      ? b.tanh(b.mul(b.add(x, b.mul(b.mul(b.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI)))
      : b.op('Erf', [b.mul(x, Math.SQRT1_2)]);
  c.emit('Mul', [b.mul(x, 0.5), b.add(inner, 1)]);
}

/** x·tanh(ln(1 + eˣ)) */
function mish(c: Conversion): void {
  const x = c.required(0);
  c.emit('Mul', [x, c.b.tanh(c.b.op('Softplus', [x]))]);
}

/** x·σ(αx) */
function swish(c: Conversion, x: Value): Value {
  const alpha = attr.float(c.node, 'alpha', 1);
  return c.b.sigmoid(alpha === 1 ? x : c.b.mul(x, alpha));
}

/** α·elu(x/α): x where it is positive, α·(e^(x/α) − 1) elsewhere */
function celu(c: Conversion): void {
  const { b } = c;
  const x = c.required(0);
  const alpha = attr.float(c.node, 'alpha', 1);
  c.emit('Mul', [b.op('Elu', [b.mul(x, 1 / alpha)]), b.scalar(alpha, c.dtype(x))]);
}

/** x where x > α, 0 elsewhere */
function thresholdedRelu(c: Conversion): void {
  const { b } = c;
  const x = c.required(0);
  c.emit('Where', [b.greater(x, attr.float(c.node, 'alpha', 1)), x, b.scalar(0, c.dtype(x))]);
}

function clip(c: Conversion): void {
  const x = c.required(0);
  const bound = (name: string) =>
    attr.has(c.node, name) ? c.b.scalar(attr.float(c.node, name), c.dtype(x)) : undefined;
  c.emit('Clip', [x, bound('min'), bound('max')]);
}

/** Before 7, the slopes are along the channels. */
function alignSlope(c: Conversion): void {
  const [x, slope] = [c.required(0), c.required(1)];
  const isShared = slope.type?.shape?.every((size) => size === 1) ?? false;
  c.keep({}, [x, isShared ? slope : withAxesBehind(c, slope, c.rank(x) - 1 - c.rank(slope))]);
}

/** Before 13, all axes from `axis` on count as one; since then the operator works along `axis`. */
function overFlattened(c: Conversion): void {
  const { node, b } = c;
  const x = c.required(0);
  const axis = attr.int(node, 'axis', 1);
  const rank = x.type?.shape?.length;
  if (rank !== undefined && (axis === -1 || axis === rank - 1)) {
    c.keep({ axis: -1 });
    return;
  }
  const flat = b.op('Flatten', [x], { axis });
  c.emit('Reshape', [b.op(node.op, [flat], { axis: -1 }), b.shape(x)]);
}

const flattening = [{ before: 13, convert: overFlattened }];

export const activation: Rules = {
  Clip: [{ before: 11, convert: clip }],
  Celu: [{ convert: celu }],
  Gelu: [{ convert: gelu }],
  Mish: [{ convert: mish }],
  Swish: [{ convert: (c) => c.emit('Mul', [c.required(0), swish(c, c.required(0))]) }],
  SwiGLU: [
    {
      convert: (c) => {
        const gate = c.required(0);
        c.emit('Mul', [c.b.mul(gate, swish(c, gate)), c.required(1)]);
      },
    },
  ],
  ThresholdedRelu: [{ convert: thresholdedRelu }],
  PRelu: [{ before: 7, convert: alignSlope }],
  Softmax: flattening,
  LogSoftmax: flattening,
  Hardmax: flattening,
};
