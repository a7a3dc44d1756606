import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';

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

export interface CalibrationOptions {
  /** How many bins of equal width the confidences are sorted into, from 1 to 10000. @default 15 */
  readonly bins?: number;
}

const calibrationDefaults = { bins: 15 } as const satisfies Required<CalibrationOptions>;

/** One bar of a reliability diagram; the means are 0 where the bin is empty. */
export interface CalibrationBin {
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/** The expected and the maximum calibration error, both in [0, 1], and the bars of the reliability diagram. */
export interface Calibration {
  readonly expected: number;
  readonly maximum: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * Calibration error (Guo et al. 2017). The confidence of a row is its highest probability; confidences are sorted into
 * bins (0, 1/n], (1/n, 2/n] …; the expected error is the mean of |accuracy − confidence|, weighted by the bins' counts.
 * @param probabilities n·classes numbers in [0, 1]
 * @param truth n class numbers
 * @throws OneirosError `bad-argument` for lengths that do not fit, or numbers out of range
 */
export function calibration(
  probabilities: ArrayLike<number>,
  truth: ArrayLike<number>,
  options: CalibrationOptions = {},
): Calibration {
  check(
    'calibration',
    { probabilities: [probabilities, kind.numbers], truth: [truth, kind.numbers] },
    options,
    { bins: kind.number },
  );
  const { bins } = withDefaults(calibrationDefaults, options);
  if (!(Number.isInteger(bins) && bins >= 1 && bins <= 10_000))
    throw new OneirosError('bad-argument', `bins must be a whole number from 1 to 10000, not ${bins}`);
  const classes = classesOf(probabilities, truth);
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, hits: 0 }));
  for (let i = 0; i < truth.length; i++) {
    const { predicted, confidence } = highest(probabilities, i, classes);
    const bin = sums[Math.max(0, Math.ceil(confidence * bins) - 1)]!;
    bin.count++;
    bin.confidence += confidence;
    if (predicted === trueClass(truth, i, classes)) bin.hits++;
  }
  return summary(sums, truth.length);
}

function highest(probabilities: ArrayLike<number>, row: number, classes: number) {
  let predicted = 0;
  for (let j = 0; j < classes; j++) {
    const probability = probabilities[row * classes + j]!;
    if (!(probability >= 0 && probability <= 1))
      throw new OneirosError(
        'bad-argument',
        `the probability of class ${j} in row ${row} is ${probability}: expected 0 to 1; apply softmax first`,
      );
    if (probability > probabilities[row * classes + predicted]!) predicted = j;
  }
  return { predicted, confidence: probabilities[row * classes + predicted]! };
}

function summary(
  sums: readonly { readonly count: number; readonly confidence: number; readonly hits: number }[],
  total: number,
): Calibration {
  const bins = sums.map(({ count, confidence, hits }) => ({
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : hits / count,
  }));
  const gaps = bins.map((bin) => Math.abs(bin.accuracy - bin.confidence));
  return {
    expected: bins.reduce((sum, { count }, i) => sum + (count / total) * gaps[i]!, 0),
    maximum: Math.max(...gaps),
    bins,
  };
}

function classesOf(scores: ArrayLike<number>, truth: ArrayLike<number>): number {
  const classes = scores.length / truth.length;
  if (!(Number.isInteger(classes) && classes >= 1))
    throw new OneirosError(
      'bad-argument',
      `${scores.length} scores cannot be split evenly among ${truth.length} examples: expected one per class and example`,
    );
  return classes;
}

function trueClass(truth: ArrayLike<number>, i: number, classes: number): number {
  const label = truth[i]!;
  if (!(Number.isInteger(label) && label >= 0 && label < classes))
    throw new OneirosError(
      'bad-argument',
      `the true class of example ${i} is ${label}: expected a whole number from 0 to ${classes - 1}`,
    );
  return label;
}
