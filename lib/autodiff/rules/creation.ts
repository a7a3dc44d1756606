import { noGradient, rule, type RuleTable } from './rule.js';

/** Operators that make tensors. */
export const creation: RuleTable = {
  // Only the shape of the input counts, or how probable a one is.
  Bernoulli: noGradient,
  Multinomial: noGradient,
  RandomNormal: noGradient,
  RandomNormalLike: noGradient,
  RandomUniform: noGradient,
  RandomUniformLike: noGradient,
  ConstantOfShape: noGradient,
  // y_i = start + i · delta, in floating point; the limit changes only how many there are
  Range: rule(3, ({ b, dy, x: [start, , delta], y: [y] }) => {
    return [
      () => b.reshape(b.sum(dy, undefined, false), b.shape(start)),
      null,
      () => {
        const places = b.range(b.dim(y, 0));
        return b.reshape(b.sum(b.mul(dy, b.castLike(places, dy)), undefined, false), b.shape(delta));
      },
    ];
  }),
  Constant: noGradient,
  EyeLike: noGradient,
};
