import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { classesOf, trueClass } from './score-rows.js';

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
