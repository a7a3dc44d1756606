import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';

// Average precision without scores: every candidate box counts as a positive, and only its overlap decides. There is no
// ranking, so the results can be checked by hand.

/**
 * Average precision without scores: the fraction of candidates whose IoU is above the threshold.
 * @param ious the IoU of each candidate with its object, in [0, 1]
 * @throws OneirosError `bad-argument` if there are no candidates, or numbers are not in [0, 1]
 */
export function fractionAbove(ious: readonly number[], threshold: number): number {
  check('fractionAbove', { ious: [ious, kind.numbers], threshold: [threshold, kind.number] });
  if (ious.length === 0)
    throw new OneirosError('bad-argument', 'ious is empty: expected at least one candidate');
  const odd = [...ious, threshold].find((value) => !(value >= 0 && value <= 1));
  if (odd !== undefined)
    throw new OneirosError('bad-argument', `IoUs and thresholds must be numbers from 0 to 1, not ${odd}`);
  return ious.filter((iou) => iou > threshold).length / ious.length;
}

/**
 * Mean average precision without scores: the mean of {@link fractionAbove} over thresholds.
 * @throws OneirosError `bad-argument` if there are no candidates or no thresholds, or numbers are not in [0, 1]
 */
export function meanFractionAbove(ious: readonly number[], thresholds: readonly number[]): number {
  check('meanFractionAbove', { ious: [ious, kind.numbers], thresholds: [thresholds, kind.numbers] });
  if (thresholds.length === 0)
    throw new OneirosError('bad-argument', 'thresholds is empty: expected at least one');
  return thresholds.reduce((sum, threshold) => sum + fractionAbove(ious, threshold), 0) / thresholds.length;
}
