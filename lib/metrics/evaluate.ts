import { check } from '../arguments.js';
import { kind } from '../kinds.js';
import { meanDefined } from './confusion.js';
import { judge, outcome, type CategoryOutcomes } from './outcomes.js';
import { cocoKinds, cocoQuirks, type CocoOptions, type Protocol } from './protocol.js';
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

/** COCO's twelve figures, by the names of its leaderboard; −1 where undefined. */
export interface CocoFigures {
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
  readonly APs: number;
  readonly APm: number;
  readonly APl: number;
  readonly AR1: number;
  readonly AR10: number;
  readonly AR100: number;
  readonly ARs: number;
  readonly ARm: number;
  readonly ARl: number;
}

/**
 * The twelve figures of an evaluation by {@link cocoProtocol}. With other `maxDets`, AR1, AR10 and AR100 are at those.
 * @param options those of the protocol, of which `headlineAt100` counts (see {@link cocoQuirks}), and a category
 * @param category the index of the one category whose figures are wanted
 */
export function cocoFigures(
  evaluation: Evaluation,
  options: CocoOptions & { readonly category?: number } = {},
): CocoFigures {
  check('cocoFigures', { evaluation: [evaluation, kind.evaluation] }, options, {
    ...cocoKinds,
    category: kind.number,
  });
  const { headlineAt100 = cocoQuirks.headlineAt100.default, category } = options;
  const { thresholds, areas, maxDets } = evaluation.protocol;
  const every = (length: number) => Array.from({ length }, (_, i) => i);
  const kinds = category === undefined ? every(evaluation.categories.length) : [category];
  const mean = (of: 'ap' | 'recall', area: string, m: number, iou?: number): number => {
    const a = areas.findIndex(({ name }) => name === area);
    const wanted = every(thresholds.length).filter((t) => iou === undefined || thresholds[t] === iou);
    if (m < 0) return -1;
    return meanDefined(
      wanted.flatMap((threshold) =>
        kinds.map((k) => evaluation[of][cell(evaluation, { threshold, category: k, area: a, maxDets: m })]!),
      ),
    );
  };
  return {
    AP: mean('ap', 'all', headlineAt100 ? maxDets.indexOf(100) : 2),
    AP50: mean('ap', 'all', 2, 0.5),
    AP75: mean('ap', 'all', 2, 0.75),
    APs: mean('ap', 'small', 2),
    APm: mean('ap', 'medium', 2),
    APl: mean('ap', 'large', 2),
    AR1: mean('recall', 'all', 0),
    AR10: mean('recall', 'all', 1),
    AR100: mean('recall', 'all', 2),
    ARs: mean('recall', 'small', 2),
    ARm: mean('recall', 'medium', 2),
    ARl: mean('recall', 'large', 2),
  };
}

/** Pascal's figures: average precision by class name (−1 where the truth has none of it), and the mean of the others. */
export interface VocFigures {
  readonly mAP: number;
  readonly perClass: Readonly<Record<string, number>>;
}

/** The figures of an evaluation by {@link vocProtocol}. */
export function vocFigures(evaluation: Evaluation): VocFigures {
  check('vocFigures', { evaluation: [evaluation, kind.evaluation] });
  const perClass = evaluation.categories.map(({ name }, category): [string, number] => [
    name,
    evaluation.ap[cell(evaluation, { threshold: 0, category, area: 0, maxDets: 0 })]!,
  ]);
  return { mAP: meanDefined(perClass.map(([, ap]) => ap)), perClass: Object.fromEntries(perClass) };
}
