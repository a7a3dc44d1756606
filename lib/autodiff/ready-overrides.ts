import { type Builder, rankOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { wherePositive } from './rules/activation.js';
import { averagePool } from './rules/pooling.js';
import { rule, type RuleTable } from './rules/rule.js';

/**
 * Guided backpropagation: a ReLU passes back positive cotangents where its input was positive. It shows what in an
 * image activates a unit, more sharply than the gradient, but it is no longer a gradient. Springenberg et al.,
 * "Striving for simplicity: the all convolutional net" (ICLR workshop 2015).
 */
export const guidedRelu: RuleTable = {
  Relu: rule(1, ({ b, dy, y: [y] }) => [wherePositive(b, y, b.relu(dy))]),
};

/**
 * Redirected ReLU, for optimizing images from a start where the units of interest are inactive: if the gradient of a
 * ReLU is zero for a whole image, it passes back the positive cotangents, which would activate it. Otherwise it passes
 * back the plain gradient. It is for maximizing: a negative cotangent would push an inactive unit further down, and is
 * dropped. From Lucid (Olah, Mordvintsev and Schubert, "Feature visualization", Distill 2017), which writes it for
 * minimizing a loss.
 */
export const redirectedRelu: RuleTable = {
  Relu: rule(1, ({ b, dy, x: [x], y: [y] }) => {
    const plain = wherePositive(b, y, dy);
    const redirected = b.where(b.and(b.less(x, 0), b.less(dy, 0)), 0, dy);
    const reached = b.greater(perImage(b, b.abs(plain)), 0);
    return [b.where(reached, plain, redirected)];
  }),
};

/**
 * Max pooling whose cotangent spreads evenly over each window, as in average pooling. The gradient is smoother: max
 * pooling sends everything to single pixels, whose pattern shows in optimized images (Olah et al., 2017; Gatys, Ecker
 * and Bethge, 2016, find that average pooling gives better pictures). The model itself still pools maxima.
 */
export const averageMaxPool: RuleTable = { MaxPool: averagePool };

/** Sums over all axes but the first. */
function perImage(b: Builder, x: Value): Value {
  return b.sum(
    x,
    Array.from({ length: Math.max(0, rankOf(x) - 1) }, (_, i) => i + 1),
  );
}
