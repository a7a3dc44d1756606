import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { boxOverlaps } from '../../metrics/boxes/boxes.js';
import type { Box } from './detector.js';

/** A box and its score. */
export interface Candidate {
  readonly box: Box;
  readonly score: number;
}

/**
 * Non-maximum suppression: among boxes that overlap by more than `iou`, keeps only the one with the highest score.
 * @param scores one for each box
 * @param iou the IoU threshold, in [0, 1]
 * @returns the indices of the kept boxes, by descending score, then by index
 * @throws OneirosError `bad-argument` for lists of different lengths, a threshold out of range, or an invalid box
 */
export function nms(boxes: readonly Box[], scores: ArrayLike<number>, iou: number): number[] {
  check('nms', { boxes: [boxes, kind.boxes], scores: [scores, kind.numbers], iou: [iou, kind.number] });
  if (boxes.length !== scores.length)
    throw new OneirosError(
      'bad-argument',
      `expected one score for each box, but got ${boxes.length} boxes and ${scores.length} scores`,
    );
  if (!(iou >= 0 && iou <= 1))
    throw new OneirosError('bad-argument', `expected an IoU threshold in [0, 1], but got ${iou}`);
  const order = boxes.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const flat = order.flatMap((i) => boxes[i]!);
  const suppressed = new Uint8Array(order.length);
  return order.filter((i, place) => {
    if (suppressed[place] === 1) return false;
    boxOverlaps(boxes[i]!, flat).forEach((overlap, other) => {
      if (overlap > iou) suppressed[other] = 1;
    });
    return true;
  });
}

/** Non-maximum suppression within each class. The result is sorted by descending score over all classes. */
export function nmsByClass<T extends Candidate & { readonly labelId: number }>(
  candidates: readonly T[],
  iou: number,
): T[] {
  check('nmsByClass', { candidates: [candidates, kind.objects], iou: [iou, kind.number] });
  const classes = new Map<number, T[]>();
  for (const candidate of candidates) {
    const members = classes.get(candidate.labelId);
    if (members === undefined) classes.set(candidate.labelId, [candidate]);
    else members.push(candidate);
  }
  const survivors = [...classes.values()].flatMap((members) => {
    const boxes = members.map(({ box }) => box);
    const scores = members.map(({ score }) => score);
    return nms(boxes, scores, iou).map((i) => members[i]!);
  });
  return survivors.sort((a, b) => b.score - a.score);
}
