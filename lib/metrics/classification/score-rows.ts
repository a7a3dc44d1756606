import { OneirosError } from '../../base/errors.js';

/** The number of classes of scores that have one row per example. */
export function classesOf(scores: ArrayLike<number>, truth: ArrayLike<number>): number {
  const classes = scores.length / truth.length;
  if (!(Number.isInteger(classes) && classes >= 1))
    throw new OneirosError(
      'bad-argument',
      `${scores.length} scores cannot be split evenly among ${truth.length} examples: expected one per class and example`,
    );
  return classes;
}

/** The true class of example `i`. */
export function trueClass(truth: ArrayLike<number>, i: number, classes: number): number {
  const label = truth[i]!;
  if (!(Number.isInteger(label) && label >= 0 && label < classes))
    throw new OneirosError(
      'bad-argument',
      `the true class of example ${i} is ${label}: expected a whole number from 0 to ${classes - 1}`,
    );
  return label;
}
