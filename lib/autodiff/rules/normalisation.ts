import { attr } from '../../onnx/attributes.js';
import type { Value } from '../../onnx/builder.js';
import { rankOf, type Builder } from '../../onnx/ops.js';
import { rule, type RuleTable } from '../rule.js';

export const normalisation: RuleTable = {
  // y = eˣ / Σ eˣ          dx = y · (dy − Σ dy · y)
  Softmax: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const weighted = b.mul(dy, y);
    const total = b.sum(weighted, [axisOf(attr.int(node, 'axis', -1), x)]);
    return [b.sub(weighted, b.mul(y, total))];
  }),
  // y = x − ln Σ eˣ        dx = dy − eʸ · Σ dy
  LogSoftmax: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const total = b.sum(dy, [axisOf(attr.int(node, 'axis', -1), x)]);
    return [b.sub(dy, b.mul(b.exp(y), total))];
  }),
  // y = x · s^−β with s = bias + α/size · Σ x² over the channels near by (Krizhevsky et al., 2012, §3.3)
  // dx = dy · s^−β − 2αβ/size · x · Σ' dy · y / s, where Σ' sums over the channels that have this one near by
  LRN: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const size = attr.int(node, 'size');
    const [alpha, beta] = [attr.float(node, 'alpha', 1e-4), attr.float(node, 'beta', 0.75)];
    const before = Math.floor((size - 1) / 2);
    const after = size - 1 - before;
    const s = b.add(
      b.mul(channelSum(b, b.square(x), before, after), alpha / size),
      attr.float(node, 'bias', 1),
    );
    const across = channelSum(b, b.div(b.mul(dy, y), s), after, before);
    const direct = b.mul(dy, b.pow(s, -beta));
    return [b.sub(direct, b.mul(b.mul(x, across), (2 * alpha * beta) / size))];
  }),
};

function axisOf(axis: number, x: Value): number {
  return axis < 0 ? axis + rankOf(x) : axis;
}

/** Sums each channel with those up to `before` channels ahead of it and `after` behind it. */
function channelSum(b: Builder, x: Value, before: number, after: number): Value {
  const size = before + 1 + after;
  const planes = b.reshape(x, [0, 1, b.dim(x, 1), -1]);
  const mean = b.op('AveragePool', [planes], {
    kernel_shape: [size, 1],
    pads: [before, 0, after, 0],
    count_include_pad: 1,
  });
  return b.reshape(b.mul(mean, size), b.shape(x));
}
