import { check } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';

// The lecture's definitions take every candidate box for a positive and ask only how well it lies: there is neither score
// nor ranking in them, so that they can be worked by hand.

/**
 * Average precision as the lecture has it: the fraction of candidates whose IoU is above the threshold.
 * @param ious the IoU of each candidate with its object, in [0, 1]
 * @throws OneirosError `bad-argument` for no candidates, or numbers not in [0, 1]
 */
export function lectureAp(ious: readonly number[], threshold: number): number {
  check('lectureAp', { ious: [ious, kind.numbers], threshold: [threshold, kind.number] });
  if (ious.length === 0) throw new OneirosError('bad-argument', 'there are no candidates to average over');
  const odd = [...ious, threshold].find((value) => !(value >= 0 && value <= 1));
  if (odd !== undefined)
    throw new OneirosError(
      'bad-argument',
      `an IoU, and a threshold of it, is a number from 0 to 1, not ${odd}`,
    );
  return ious.filter((iou) => iou > threshold).length / ious.length;
}

/**
 * Mean average precision as the lecture has it: the mean of {@link lectureAp} over thresholds.
 * @throws OneirosError `bad-argument` for no candidates, no thresholds, or numbers not in [0, 1]
 */
export function lectureMap(ious: readonly number[], thresholds: readonly number[]): number {
  check('lectureMap', { ious: [ious, kind.numbers], thresholds: [thresholds, kind.numbers] });
  if (thresholds.length === 0)
    throw new OneirosError('bad-argument', 'there are no thresholds to average over');
  return thresholds.reduce((sum, threshold) => sum + lectureAp(ious, threshold), 0) / thresholds.length;
}
