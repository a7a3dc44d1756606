import { isEqual } from '../facts/dim.js';
import { contradiction, dtypeOf, type Inference, type Inferences, known, shapeOf } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';

/** Scores [n, classes, …] and labels [n, …] → a scalar, or one loss per label; the scores' logarithms as well. */
const classificationLoss: Inference = (node, inputs) => {
  const [scores, labels] = inputs;
  const [given, wanted] = [shapeOf(scores), shapeOf(labels)];
  const batch = [given?.[0], wanted?.[0]];
  if (batch[0] !== undefined && batch[1] !== undefined && isEqual(batch[0], batch[1]) === false)
    throw contradiction(node, inputs, `there are ${batch[1]} labels for ${batch[0]} examples`);
  const isReduced = attr.string(node, 'reduction', 'mean') !== 'none';
  return [known(dtypeOf(scores), isReduced ? [] : wanted), known(dtypeOf(scores), given)];
};

export const losses: Inferences = {
  NegativeLogLikelihoodLoss: classificationLoss,
  SoftmaxCrossEntropyLoss: classificationLoss,
};
