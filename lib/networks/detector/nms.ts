import { check } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { boxOverlaps } from '../../metrics/boxes/boxes.js';
import type { Box } from './detector.js';

/** A box with what decides about it. */
export interface Candidate {
  readonly box: Box;
  readonly score: number;
}

/**
 * Non-maximum suppression: of boxes that overlap by more than `iou` only the one with the best score stays.
 * @param iou in [0, 1]
 * @returns the places of those that stay, the best score first; of equal scores the earlier comes first
 * @throws OneirosError `bad-argument` for lists of different lengths, a threshold out of range, or a box that is none
 */
export function nms(boxes: readonly Box[], scores: ArrayLike<number>, iou: number): number[] {
  check('nms', { boxes: [boxes, kind.boxes], scores: [scores, kind.numbers], iou: [iou, kind.number] });
  if (boxes.length !== scores.length)
    throw new OneirosError(
      'bad-argument',
      `every box needs a score: there are ${boxes.length} boxes and ${scores.length} scores`,
    );
  if (!(iou >= 0 && iou <= 1))
    throw new OneirosError('bad-argument', `an IoU threshold lies in [0, 1], not at ${iou}`);
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

/** The same within each class by itself; the best score of all classes first. */
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
