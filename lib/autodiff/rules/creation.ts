import { noGradient, type RuleTable } from './rule.js';

/** Operators that make tensors: no gradient passes through them. */
export const creation: RuleTable = {
  ConstantOfShape: noGradient,
  Range: noGradient,
  Constant: noGradient,
  EyeLike: noGradient,
};
