import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind, maybe } from '../base/kinds.js';

/** counts[truth · classes + predicted]: how often each class was predicted as each class. */
export interface ConfusionMatrix {
  readonly classes: number;
  readonly counts: Float64Array;
}

/** The limit of classes: a matrix of 128 MiB. */
const maxClasses = 4096;

/**
 * An empty matrix, to be filled by {@link addLabels}.
 * @throws OneirosError `bad-argument` unless `classes` is a whole number from 1 to 4096
 */
export function confusionMatrix(classes: number): ConfusionMatrix {
  check('confusionMatrix', { classes: [classes, kind.number] });
  if (!(Number.isSafeInteger(classes) && classes >= 1 && classes <= maxClasses))
    throw new OneirosError(
      'bad-argument',
      `classes must be a whole number from 1 to ${maxClasses}, not ${classes}`,
    );
  return { classes, counts: new Float64Array(classes * classes) };
}

/**
 * Counts labels (of pixels or of images) in the matrix, in place. Call it again to add more images.
 * @param ignore a true label that is not counted (often 255)
 * @throws OneirosError `bad-argument` for different lengths; `bad-input` for a label that is not a class
 */
export function addLabels(
  matrix: ConfusionMatrix,
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  ignore?: number,
): void {
  check('addLabels', {
    matrix: [matrix, kind.confusion],
    truth: [truth, kind.numbers],
    predicted: [predicted, kind.numbers],
    ignore: [ignore, maybe(kind.number)],
  });
  const { classes, counts } = matrix;
  if (truth.length !== predicted.length)
    throw new OneirosError(
      'bad-argument',
      `there must be as many predicted labels as true ones: ${truth.length}, not ${predicted.length}`,
    );
  for (let i = 0; i < truth.length; i++) {
    const row = truth[i]!;
    const column = predicted[i]!;
    if (row === ignore) continue;
    if (!isClass(row, classes) || !isClass(column, classes))
      throw new OneirosError(
        'bad-input',
        `label ${i} is ${row} where ${column} was predicted: expected whole numbers from 0 to ${classes - 1}`,
      );
    counts[row * classes + column]!++;
  }
}

function isClass(label: number, classes: number): boolean {
  return Number.isInteger(label) && label >= 0 && label < classes;
}

/** The scores of one class in [0, 1], and its number of true labels; −1 where undefined (the class is absent). */
export interface ClassScores {
  readonly support: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Intersection over union. */
  readonly iou: number;
}

/** Precision, recall, F1 (which for pixels is Dice) and IoU of each class. */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  check('classScores', { matrix: [matrix, kind.confusion] });
  const { classes, counts } = matrix;
  return Array.from({ length: classes }, (_, k) => {
    let support = 0;
    let predicted = 0;
    for (let j = 0; j < classes; j++) {
      support += counts[k * classes + j]!;
      predicted += counts[j * classes + k]!;
    }
    const hits = counts[k * classes + k]!;
    return {
      support,
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted),
      iou: ratio(hits, support + predicted - hits),
    };
  });
}

/** The share of labels (pixels) that are right, in [0, 1]; −1 if there are none. */
export function accuracy(matrix: ConfusionMatrix): number {
  check('accuracy', { matrix: [matrix, kind.confusion] });
  const { classes, counts } = matrix;
  let hits = 0;
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  for (let k = 0; k < classes; k++) hits += counts[k * classes + k]!;
  return ratio(hits, total);
}

/** The mean IoU over the classes that occur in the truth or in the prediction; −1 if there are none. */
export function meanIou(matrix: ConfusionMatrix): number {
  check('meanIou', { matrix: [matrix, kind.confusion] });
  return meanDefined(classScores(matrix).map(({ iou }) => iou));
}

/** The mean of the values that are defined (not −1); −1 if none is. */
export function meanDefined(values: readonly number[]): number {
  const defined = values.filter((value) => value !== -1);
  return defined.length === 0 ? -1 : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? -1 : part / whole;
}
