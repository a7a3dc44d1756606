import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { type CategoryOutcomes, judge, outcome } from './outcomes.js';
import type { Protocol } from './protocol.js';
import type { CategoryEntry, Detections, Truth } from './tables.js';

/** Average precision and recall, in [0, 1], for every setting of a protocol; −1 where there is nothing to find. */
export interface Evaluation {
  readonly protocol: Protocol;
  readonly categories: readonly CategoryEntry[];
  /** See {@link cell} for the order. */
  readonly ap: Float64Array;
  /** The share of objects that were found, in the same order. */
  readonly recall: Float64Array;
}

/** One setting: indices into the protocol's thresholds, areas and maxDets, and into the categories. */
export interface Cell {
  readonly threshold: number;
  readonly category: number;
  readonly area: number;
  readonly maxDets: number;
}

/**
 * Evaluates detections by a protocol. The order within a table matters only for equal scores in one image.
 * @throws OneirosError `bad-argument` for an impossible protocol, or if only one of the tables has masks
 */
export function evaluateDetections(truth: Truth, detections: Detections, protocol: Protocol): Evaluation {
  check('evaluateDetections', {
    truth: [truth, kind.truth],
    detections: [detections, kind.detections],
    protocol: [protocol, kind.protocol],
  });
  const { thresholds, areas, maxDets } = protocol;
  const size = thresholds.length * truth.categories.length * areas.length * maxDets.length;
  const evaluation: Evaluation = {
    protocol,
    categories: truth.categories,
    ap: new Float64Array(size).fill(-1),
    recall: new Float64Array(size).fill(-1),
  };
  for (const judged of judge(truth, detections, protocol))
    for (let threshold = 0; threshold < thresholds.length; threshold++)
      for (let area = 0; area < areas.length; area++)
        for (let m = 0; m < maxDets.length; m++) {
          const index = cell(evaluation, { threshold, category: judged.category, area, maxDets: m });
          const positives = judged.positives[area]!;
          if (positives === 0) continue;
          const precisions = precisionAtHits(judged, protocol, { threshold, area, maxDets: m });
          evaluation.ap[index] = averagePrecision(precisions, positives, protocol.recalls);
          evaluation.recall[index] = precisions.length / positives;
        }
  return evaluation;
}

/** The index of a setting in the evaluation's arrays. */
export function cell(
  { protocol, categories }: Pick<Evaluation, 'protocol' | 'categories'>,
  at: Cell,
): number {
  const { areas, maxDets } = protocol;
  return (
    ((at.threshold * categories.length + at.category) * areas.length + at.area) * maxDets.length + at.maxDets
  );
}

/** The precision at each object that is found, from the highest score down. Its length is the number of finds. */
function precisionAtHits(
  { count, place, outcomes }: CategoryOutcomes,
  { thresholds, maxDets, precisionBias }: Protocol,
  at: Omit<Cell, 'category'>,
): Float64Array {
  const offset = (at.area * thresholds.length + at.threshold) * count;
  const limit = maxDets[at.maxDets]!;
  const precisions = new Float64Array(count);
  let [right, wrong] = [0, 0];
  for (let i = 0; i < count; i++) {
    if (place[i]! >= limit) continue;
    const result = outcomes[offset + i]!;
    if (result === outcome.wrong) wrong++;
    else if (result === outcome.right) precisions[right++] = right / (wrong + right + precisionBias);
  }
  return precisions.subarray(0, right);
}

/**
 * The area under the falling envelope of a precision–recall curve, in [0, 1]. The envelope at a recall is the best
 * precision at that recall or above.
 * @param precisions the precision at each find; overwritten by the envelope
 * @param positives the number of objects to find
 * @param recalls at how many recalls from 0 to 1 to average, or `every-point` for the exact integral
 * @throws OneirosError `bad-argument` for precisions that are not in [0, 1], or `positives` below the number of finds
 */
export function averagePrecision(
  precisions: Float64Array,
  positives: number,
  recalls: number | 'every-point',
): number {
  check('averagePrecision', {
    precisions: [precisions, kind.numbers],
    positives: [positives, kind.number],
    recalls: [recalls, kind.recalls],
  });
  const odd = precisions.find((value) => !(value >= 0 && value <= 1));
  if (odd !== undefined)
    throw new OneirosError('bad-argument', `a precision must be a number from 0 to 1, not ${odd}`);
  if (!(Number.isInteger(positives) && positives >= Math.max(1, precisions.length)))
    throw new OneirosError(
      'bad-argument',
      `positives must be a whole number ≥ ${Math.max(1, precisions.length)} (the finds, or 1), not ${positives}`,
    );
  for (let i = precisions.length - 2; i >= 0; i--)
    if (precisions[i + 1]! > precisions[i]!) precisions[i] = precisions[i + 1]!;
  let sum = 0;
  if (recalls === 'every-point') {
    for (const precision of precisions) sum += precision;
    return sum / positives;
  }
  let found = 0;
  for (let i = 0; i < recalls && precisions.length > 0; i++) {
    const recall = i * (1 / (recalls - 1));
    while (found < precisions.length && (found + 1) / positives < recall) found++;
    if (found === precisions.length) break; // the precision is 0 at recalls that are not reached
    sum += precisions[found]!;
  }
  return sum / recalls;
}
