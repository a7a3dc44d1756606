import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { rule, type RuleTable } from './rule.js';

/** Losses by class labels: scores N × C × …, labels N × … */
export const losses: RuleTable = {
  // y = −Σ w_t x_t (over Σ w_t for the mean), t the label
  NegativeLogLikelihoodLoss: rule(2, ({ b, node, dy, x: [x, labels, weights] }) => [
    likelihoodCotangent(b, node, dy, x, labels, weights),
  ]),
  // The same of ln softmax x, so its cotangent d goes back through that: dx = d − softmax x · Σ d.
  SoftmaxCrossEntropyLoss: rule(
    2,
    ({ b, node, dy, dys, x: [x, labels, weights] }) => {
      const likelihood = likelihoodCotangent(b, node, dy, x, labels, weights);
      const others = dys[1] ?? null;
      const d = others === null ? likelihood : b.add(likelihood, others);
      return [b.sub(d, b.mul(b.op('Softmax', [x], { axis: 1 }), b.sum(d, [1])))];
    },
    'all',
  ),
};

function likelihoodCotangent(
  b: Builder,
  node: Node,
  dy: Value,
  x: Value,
  labels: Value,
  weights: Value | undefined,
): Value {
  const shares = b.castLike(isLabel(b, node, x, labels), x);
  const perClass = weights && b.reshape(weights, [-1, ...Array<number>(rankOf(x) - 2).fill(1)]);
  const weighted = perClass ? b.mul(shares, perClass) : shares;
  const reduction = attr.string(node, 'reduction', 'mean');
  if (reduction === 'none') return b.neg(b.mul(weighted, b.unsqueeze(dy, [1])));
  const share = reduction === 'mean' ? b.div(dy, b.sum(weighted, undefined, false)) : dy;
  return b.neg(b.mul(weighted, share));
}

/** Where a class is the label, N × C × …; nowhere for ignored labels. */
function isLabel(b: Builder, node: Node, x: Value, labels: Value): Value {
  const wide = b.cast(labels, 'int64');
  const classes = b.op('Range', [b.scalar(0, 'int64'), b.squeeze(b.dim(x, 1), [0]), b.scalar(1, 'int64')]);
  const along = b.reshape(classes, [-1, ...Array<number>(rankOf(x) - 2).fill(1)]);
  const isClass = b.equal(b.unsqueeze(wide, [1]), along);
  if (!attr.has(node, 'ignore_index')) return isClass;
  return b.and(isClass, b.not(b.equal(b.unsqueeze(wide, [1]), attr.int(node, 'ignore_index'))));
}
