import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import {
  accuracy,
  addLabels,
  classScores,
  confusionMatrix,
  meanDefined,
  meanIou,
} from '../confusion-matrix.js';
import { boundaryIou } from './boundary.js';
import { type Mask, mask } from './mask.js';

/** The class of each pixel, one byte per pixel, rows from the top. */
export type LabelMap = Mask;

export interface SegmentationOptions {
  /** The number of classes; class 0 is the background. @default 2 */
  readonly classes?: number;
  /** A true label that is not counted. @default 255, unless it is a class */
  readonly ignore?: number;
}

const segmentationKinds: OptionKinds<SegmentationOptions> = { classes: kind.number, ignore: kind.number };

const segmentationDefaults = {
  classes: 2,
  ignore: 255,
} as const satisfies Required<SegmentationOptions>;

/** Figures of a set of label maps, in [0, 1]; −1 where undefined. */
export interface SegmentationFigures {
  readonly images: number;
  readonly pixelAccuracy: number;
  /** Over all classes, including the background. */
  readonly meanIoU: number;
  /** Like `dice`, the mean over the classes except the background. */
  readonly IoU: number;
  readonly dice: number;
  /** The mean over images and over classes except the background, where at least one of the two maps has the class. */
  readonly boundaryIoU: number;
  readonly perClass: readonly {
    readonly IoU: number;
    readonly dice: number;
    readonly precision: number;
    readonly recall: number;
  }[];
}

/** Accumulates any number of images. All figures except boundary IoU count the pixels of all images together. */
export interface SegmentationEvaluation {
  /** @throws OneirosError `bad-input` for different sizes, or labels that are not a class */
  add(truth: LabelMap, predicted: LabelMap): void;
  figures(): SegmentationFigures;
}

/**
 * An evaluation of label maps, to be filled image by image.
 * @throws OneirosError `bad-argument` unless `classes` is a whole number from 1 to 4096
 */
export function segmentationEvaluation(options: SegmentationOptions = {}): SegmentationEvaluation {
  check('segmentationEvaluation', {}, options, segmentationKinds);
  const { classes = segmentationDefaults.classes } = options;
  const { ignore = classes > segmentationDefaults.ignore ? undefined : segmentationDefaults.ignore } =
    options;
  const matrix = confusionMatrix(classes);
  const boundaries: number[] = [];
  let images = 0;
  return {
    add(truth, predicted) {
      if (truth.width !== predicted.width || truth.height !== predicted.height)
        throw new OneirosError(
          'bad-input',
          `the truth is ${truth.width}×${truth.height} pixels, the prediction ${predicted.width}×${predicted.height}`,
        );
      addLabels(matrix, truth.data, predicted.data, ignore);
      images++;
      for (let k = 1; k < classes; k++) {
        const there = mask(
          truth,
          truth.data.map((label) => (label === k ? 1 : 0)),
        );
        const found = mask(
          truth,
          predicted.data.map((label, i) => (label === k && truth.data[i] !== ignore ? 1 : 0)),
        );
        if (there.data.includes(1) || found.data.includes(1)) boundaries.push(boundaryIou(there, found));
      }
    },
    figures() {
      const perClass = classScores(matrix).map(({ iou, f1, precision, recall }) => ({
        IoU: iou,
        dice: f1,
        precision,
        recall,
      }));
      const objects = perClass.slice(1);
      return {
        images,
        pixelAccuracy: accuracy(matrix),
        meanIoU: meanIou(matrix),
        IoU: meanDefined(objects.map(({ IoU }) => IoU)),
        dice: meanDefined(objects.map(({ dice }) => dice)),
        boundaryIoU: meanDefined(boundaries),
        perClass,
      };
    },
  };
}
