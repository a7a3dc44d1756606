import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import { broadcasting, noGradient, rule, type RuleTable } from './rule.js';

/**
 * Activation functions, element by element; at kinks, PyTorch's conventions apply. Where a slope is 0, the cotangent is
 * left out, not multiplied by 0: it may be infinite.
 */
export const activation: RuleTable = {
  // y = max(x, 0)          dx = dy where x > 0; 0 at x = 0
  Relu: rule(1, ({ b, dy, y: [y] }) => [wherePositive(b, y, dy)]),
  LeakyRelu: rule(1, ({ b, node, dy, x: [x] }) => [
    b.where(b.greater(x, 0), dy, b.mul(dy, attr.float(node, 'alpha', 0.01))),
  ]),
  // y = x where x > 0, s · x elsewhere
  PRelu: broadcasting(2, ({ b, dy, x: [x, slope] }) => {
    const isPositive = b.greater(x, 0);
    return [() => b.where(isPositive, dy, b.mul(dy, slope)), () => b.where(isPositive, 0, b.mul(dy, x))];
  }),
  // y = α (eˣ − 1) where x ≤ 0, so dy/dx = y + α there
  Elu: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const alpha = attr.float(node, 'alpha', 1);
    return [b.where(b.greater(x, 0), dy, b.mul(dy, b.add(y, alpha)))];
  }),
  // y = γ x where x > 0, γ α (eˣ − 1) elsewhere (Klambauer et al., 2017)
  Selu: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const alpha = attr.float(node, 'alpha', 1.67326319217681884765625);
    const gamma = attr.float(node, 'gamma', 1.05070102214813232421875);
    return [b.mul(dy, b.where(b.greater(x, 0), gamma, b.add(y, alpha * gamma)))];
  }),
  Sigmoid: rule(1, ({ b, dy, y: [y] }) => [b.mul(dy, b.mul(y, b.sub(1, y)))]),
  Tanh: rule(1, ({ b, dy, y: [y] }) => [b.mul(dy, b.sub(1, b.square(y)))]),
  Softplus: rule(1, ({ b, dy, x: [x] }) => [b.mul(dy, b.sigmoid(x))]),
  Softsign: rule(1, ({ b, dy, x: [x] }) => [b.div(dy, b.square(b.add(b.abs(x), 1)))]),
  // y = clamp(α x + β, 0, 1); 0 at both ends
  HardSigmoid: rule(1, ({ b, node, dy, y: [y] }) => {
    const isInside = b.and(b.greater(y, 0), b.less(y, 1));
    return [b.where(isInside, b.mul(dy, attr.float(node, 'alpha', 0.2)), 0)];
  }),
  // y = x · clamp(x / 6 + ½, 0, 1), so dy/dx = x / 3 + ½ from −3 to 3, both ends included
  HardSwish: rule(1, ({ b, dy, x: [x] }) => {
    const inside = b.mul(dy, b.add(b.div(x, 3), 0.5));
    return [b.where(b.less(x, -3), 0, b.where(b.greater(x, 3), dy, inside))];
  }),
  // y = x − bias where x > λ, x + bias where x < −λ, 0 in between
  Shrink: rule(1, ({ b, node, dy, x: [x] }) => [
    b.where(b.greater(b.abs(x), attr.float(node, 'lambd', 0.5)), dy, 0),
  ]),
  // dx = dy inside and at both bounds, as in torch.clamp up to PyTorch 1.13; a bound gets Σ dy where it replaces x
  Clip: rule(1, ({ b, dy, x: [x, low, high] }) => {
    const total = (isReplaced: Value) => b.sum(b.where(isReplaced, dy, 0), undefined, false);
    const isInside = () => {
      const above = low && b.greaterOrEqual(x, low);
      const below = high && b.lessOrEqual(x, high);
      return above && below ? b.and(above, below) : (above ?? below);
    };
    // The upper bound is applied last, and wins if the lower one is greater.
    const isLow = () => (high ? b.and(b.less(x, low!), b.less(low!, high)) : b.less(x, low!));
    const isHigh = () => b.greater(low ? b.maximum(x, low) : x, high!);
    return [
      () => {
        const inside = isInside();
        return inside ? b.where(inside, dy, 0) : dy;
      },
      low && (() => b.reshape(total(isLow()), b.shape(low))),
      high && (() => b.reshape(total(isHigh()), b.shape(high))),
    ];
  }),
  Hardmax: noGradient,
  // y = eˣ / Σ eˣ          dx = y · (dy − Σ dy · y), 0 for a row of −∞ only, as in PyTorch's attention
  Softmax: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const axis = fromFront(attr.int(node, 'axis', -1), () => rankOf(x));
    const weighted = b.mul(dy, y);
    const total = b.sum(weighted, [axis]);
    // A row whose result is NaN at an element of −∞ has no number above −∞.
    const first = (value: Value) => b.slice(value, [axis], [0], [1]);
    const isMasked = b.and(b.equal(first(x), -Infinity), b.op('IsNaN', [first(y)]));
    return [b.where(isMasked, 0, b.sub(weighted, b.mul(y, total)))];
  }),
  // y = x − ln Σ eˣ        dx = dy − eʸ · Σ dy
  LogSoftmax: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const total = b.sum(dy, [fromFront(attr.int(node, 'axis', -1), () => rankOf(x))]);
    return [b.sub(dy, b.mul(b.exp(y), total))];
  }),
};

/** `x` where a result of Relu is positive, 0 elsewhere. As a condition, any number but 0 is true. */
export function wherePositive(b: Builder, y: Value, x: Value): Value {
  return b.where(b.cast(y, 'bool'), x, 0);
}
