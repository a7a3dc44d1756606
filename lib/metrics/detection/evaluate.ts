import { check } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { type CategoryOutcomes, judge, outcome } from './outcomes.js';
import type { Protocol } from './protocol.js';
import type { CategoryEntry, Detections, Truth } from './tables.js';

/** Average precision and recall for every setting of a protocol; −1 where there is nothing to find. */
export interface Evaluation {
  readonly protocol: Protocol;
  readonly categories: readonly CategoryEntry[];
  /** See {@link cell} for the order. */
  readonly ap: Float64Array;
  /** The share of objects that are found, in the same order. */
  readonly recall: Float64Array;
}

/** One setting: indices into the protocol's thresholds, areas and maxDets, and into the categories. */
export interface Cell {
  readonly threshold: number;
  readonly category: number;
  readonly area: number;
  readonly maxDets: number;
}

/** Evaluates detections by a protocol. Neither table's order matters, but among equal scores of one image. */
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

/** Where a setting is in the evaluation's arrays. */
export function cell(
  { protocol, categories }: Pick<Evaluation, 'protocol' | 'categories'>,
  at: Cell,
): number {
  const { areas, maxDets } = protocol;
  return (
    ((at.threshold * categories.length + at.category) * areas.length + at.area) * maxDets.length + at.maxDets
  );
}

/** The precision each time another object is found, going down the scores. Its length is the number of finds. */
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
 * The area under a precision–recall curve whose precision has been made to fall monotonically, which is to say, taken
 * at each recall as the best there is at that recall or beyond.
 * @param precisions the precision at each find; overwritten by the envelope
 * @param recalls how many recalls from 0 to 1 to average at, or the exact integral
 * @throws OneirosError `bad-argument` for precisions that are not in [0, 1], or more finds than there is to find
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
    throw new OneirosError('bad-argument', `a precision is a number from 0 to 1, not ${odd}`);
  if (!(Number.isInteger(positives) && positives >= Math.max(1, precisions.length)))
    throw new OneirosError(
      'bad-argument',
      `positives must be a whole number of at least the ${precisions.length} finds, and 1, not ${positives}`,
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
    if (found === precisions.length) break; // precision is 0 at a recall that is never reached
    sum += precisions[found]!;
  }
  return sum / recalls;
}
