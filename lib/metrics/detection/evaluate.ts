import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { averagePrecision } from './average-precision.js';
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
