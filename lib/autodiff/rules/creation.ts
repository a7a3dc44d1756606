import { noGradient, type RuleTable } from './rule.js';

/** Operators that make tensors: no gradient passes through them. */
export const creation: RuleTable = {
  Bernoulli: noGradient,
  Multinomial: noGradient,
  RandomNormal: noGradient,
  RandomNormalLike: noGradient,
  RandomUniform: noGradient,
  RandomUniformLike: noGradient,
  ConstantOfShape: noGradient,
  Range: noGradient,
  Constant: noGradient,
  EyeLike: noGradient,
};
