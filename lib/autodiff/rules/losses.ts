import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { rule, type RuleContext, type RuleInputs, type RuleTable } from './rule.js';

/** Losses by class labels: scores N × C × …, labels N × … */
export const losses: RuleTable = {
  // y = −Σ w_t x_t / s, t the label; s = Σ w_t for the mean, otherwise 1
  // dx = −dy · w_t / s at the label; dw = −dy · x_t / s, and −dy · y / s too for the mean, summed by label
  NegativeLogLikelihoodLoss: rule(2, (context) => {
    const likelihood = likelihoodOf(context);
    return [
      () => scoresCotangent(context.b, likelihood),
      null,
      () => weightsCotangent(context.b, likelihood, context.x[0]),
    ];
  }),
  // The same of ln softmax x, so its cotangent d goes back through that: dx = d − softmax x · Σ d.
  SoftmaxCrossEntropyLoss: rule(
    2,
    (context) => {
      const { b, dys, x } = context;
      const likelihood = likelihoodOf(context);
      const others = dys[1] ?? null;
      return [
        () => {
          const own = scoresCotangent(b, likelihood);
          const d = others === null ? own : b.add(own, others);
          return b.sub(d, b.mul(b.op('Softmax', [x[0]], { axis: 1 }), b.sum(d, [1])));
        },
        null,
        () => weightsCotangent(b, likelihood, b.op('LogSoftmax', [x[0]], { axis: 1 })),
      ];
    },
    'all',
  ),
};

type Loss = RuleContext<RuleInputs<2>>;

/** What both cotangents of a loss need. */
interface Likelihood {
  /** Where a class is the label, N × C × … */
  readonly isLabel: Value;
  /** A weight for each class, in a shape that broadcasts to the scores'; absent if all are 1. */
  readonly perClass: Value | undefined;
  /** dy / s, in a shape that broadcasts to the scores'. */
  readonly share: Value;
  /** The loss, if it is a mean. */
  readonly mean: Value | null;
}

function likelihoodOf({ b, node, dy, x: [x, labels, weights], y: [y] }: Loss): Likelihood {
  const isLabel = labelsOf(b, node, x, labels);
  const perClass = weights && b.reshape(weights, [-1, ...Array<number>(rankOf(x) - 2).fill(1)]);
  const reduction = attr.string(node, 'reduction', 'mean');
  if (reduction === 'none') return { isLabel, perClass, share: b.unsqueeze(dy, [1]), mean: null };
  if (reduction === 'sum') return { isLabel, perClass, share: dy, mean: null };
  const shares = b.castLike(isLabel, x);
  const total = b.sum(perClass ? b.mul(shares, perClass) : shares, undefined, false);
  return { isLabel, perClass, share: b.div(dy, total), mean: y };
}

function scoresCotangent(b: Builder, { isLabel, perClass, share }: Likelihood): Value {
  return b.where(isLabel, b.neg(perClass ? b.mul(share, perClass) : share), 0);
}

/** @param scores logarithms of probabilities */
function weightsCotangent(b: Builder, { isLabel, share, mean }: Likelihood, scores: Value): Value {
  const relative = mean === null ? scores : b.add(scores, mean);
  const others = Array.from({ length: rankOf(scores) }, (_, axis) => axis).filter((axis) => axis !== 1);
  return b.neg(b.sum(b.where(isLabel, b.mul(relative, share), 0), others, false));
}

/** Where a class is the label, N × C × …; nowhere for ignored labels. */
function labelsOf(b: Builder, node: Node, x: Value, labels: Value): Value {
  const wide = b.cast(labels, 'int64');
  const classes = b.range(b.dim(x, 1));
  const along = b.reshape(classes, [-1, ...Array<number>(rankOf(x) - 2).fill(1)]);
  const isClass = b.equal(b.unsqueeze(wide, [1]), along);
  if (!attr.has(node, 'ignore_index')) return isClass;
  return b.and(isClass, b.not(b.equal(b.unsqueeze(wide, [1]), attr.int(node, 'ignore_index'))));
}
