import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { classesOf, trueClass } from './score-rows.js';

/**
 * The share of examples whose true class is among the k with the highest scores, in [0, 1]. Of equal scores, the
 * lower class comes first, as in a stable sort. An example whose true class scores NaN is wrong.
 * @param scores n·classes numbers, one row per example
 * @param truth n class numbers, from 0 to classes − 1
 * @throws OneirosError `bad-argument` for lengths that do not fit, a number that is not a class, or k not from 1 to
 *   classes
 */
export function topK(scores: ArrayLike<number>, truth: ArrayLike<number>, k = 1): number {
  check('topK', { scores: [scores, kind.numbers], truth: [truth, kind.numbers], k: [k, kind.number] });
  const classes = classesOf(scores, truth);
  if (!(Number.isInteger(k) && k >= 1 && k <= classes))
    throw new OneirosError(
      'bad-argument',
      `k must be a whole number from 1 to ${classes} (the classes), not ${k}`,
    );
  let hits = 0;
  for (let i = 0; i < truth.length; i++)
    if (rankOf(scores, i * classes, classes, trueClass(truth, i, classes)) < k) hits++;
  return hits / truth.length;
}

/** How many classes come before the true one when the row is sorted by score. */
function rankOf(scores: ArrayLike<number>, start: number, classes: number, own: number): number {
  const score = scores[start + own]!;
  if (Number.isNaN(score)) return classes; // NaN is never right
  let rank = 0;
  for (let j = 0; j < classes; j++) {
    const other = scores[start + j]!;
    if (other > score || (other === score && j < own)) rank++;
  }
  return rank;
}
