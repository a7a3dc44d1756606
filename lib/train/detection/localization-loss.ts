import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';

export interface LocalizationTerms {
  /** Logits, `[pictures, classes]`. */
  readonly scores: Value;
  /** The true classes, int64 `[pictures]`. */
  readonly labels: Value;
  /** Predicted boxes, `[pictures, 4]`, in any unit. */
  readonly boxes: Value;
  /** True boxes, `[pictures, 4]`, in the same unit. */
  readonly targets: Value;
}

/**
 * The loss of a network that predicts the class and the box of one object per picture: cross-entropy of the class plus
 * the squared L2 distance of the boxes (all four edges), both averaged over the pictures; a scalar.
 * @param weight of the box term; the class term has the weight 1
 */
export function localizationLoss(b: Builder, terms: LocalizationTerms, weight = 1): Value {
  check('localizationLoss', {
    b: [b, kind.builder],
    terms: [terms, kind.terms],
    weight: [weight, kind.number],
  });
  const { scores, labels, boxes, targets } = terms;
  const entropy = b.op('SoftmaxCrossEntropyLoss', [scores, labels], { reduction: 'mean' });
  const distances = b.sum(b.square(b.sub(boxes, targets)), [1], false);
  return b.add(entropy, b.mul(b.mean(distances, [0], false), weight));
}
