import type { Value } from '../onnx/builder.js';
import { type Builder, rankOf } from '../onnx/ops.js';
import { rule, type RuleTable } from './rules/rule.js';
import { averagePool } from './rules/pooling.js';

/**
 * Guided backpropagation: a ReLU passes back what is positive, where its input was positive. Shows what in an image
 * speaks for a unit, sharper than the gradient does, though it is not a gradient any more. Springenberg et al.,
 * "Striving for simplicity: the all convolutional net" (ICLR workshop 2015).
 */
export const guidedRelu: RuleTable = {
  Relu: rule(1, ({ b, dy, y: [y] }) => [b.mul(b.relu(dy), b.castLike(b.greater(y, 0), dy))]),
};

/**
 * Redirected ReLU, for optimizing images from a start where the units of interest are silent: where a ReLU lets nothing
 * through for a whole image, it passes back what would wake it. Elsewhere the plain gradient. For a quantity that is to
 * grow: a negative cotangent would push a silent unit further down, and stays out. From Lucid (Olah, Mordvintsev and
 * Schubert, "Feature visualization", Distill 2017), which writes it for a loss that is to shrink.
 */
export const redirectedRelu: RuleTable = {
  Relu: rule(1, ({ b, dy, x: [x], y: [y] }) => {
    const plain = b.mul(dy, b.castLike(b.greater(y, 0), dy));
    const redirected = b.where(b.and(b.less(x, 0), b.less(dy, 0)), 0, dy);
    const reached = b.greater(perImage(b, b.abs(plain)), 0);
    return [b.where(reached, plain, redirected)];
  }),
};

/**
 * Max pooling whose cotangent spreads evenly over each window, as average pooling's does. What comes back is smoother:
 * max pooling sends everything to single pixels, whose pattern shows in optimized images (Olah et al., 2017; that
 * average pooling makes for better pictures is in Gatys, Ecker and Bethge, 2016). The model itself still pools
 * maxima.
 */
export const averageMaxPool: RuleTable = { MaxPool: averagePool };

/** Sums over all axes but the first. */
function perImage(b: Builder, x: Value): Value {
  return b.sum(
    x,
    Array.from({ length: Math.max(0, rankOf(x) - 1) }, (_, i) => i + 1),
  );
}
