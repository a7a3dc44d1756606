// The public names of this floor.
export { boxOverlap, boxOverlaps, type BoxForm, type BoxMeasure, type BoxOptions } from './boxes/boxes.js';
export { boundaryIou, innerBoundary, type BoundaryOptions } from './masks/boundary.js';
export {
  calibration,
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
} from './classification/calibration.js';
export { topK } from './classification/top-k.js';
export {
  cocoDetections,
  cocoTruth,
  readCocoDetections,
  readCocoTruth,
  type CocoReadOptions,
} from './io/coco.js';
export {
  accuracy,
  addLabels,
  classScores,
  confusionMatrix,
  meanIou,
  type ClassScores,
  type ConfusionMatrix,
} from './confusion-matrix.js';
export { precisionRecallSvg, type CurveSvgOptions } from './detection/curve-svg.js';
export { precisionRecall, type CurveOptions, type PrecisionRecallCurve } from './detection/curve.js';
export { averagePrecision } from './detection/average-precision.js';
export { evaluateDetections, type Evaluation } from './detection/evaluate.js';
export {
  cocoFigures,
  undefinedCocoFigures,
  undefinedVocFigures,
  vocFigures,
  type CocoFigureOptions,
  type CocoFigures,
  type UndefinedFigures,
  type VocFigures,
} from './detection/figures.js';
export type { TextChunks } from './io/json-records.js';
export { fractionAbove, meanFractionAbove } from './detection/fraction-above.js';
export { mask, maskAccuracy, maskDice, maskIou, type Mask } from './masks/mask.js';
export type { Id } from './detection/ids.js';
export {
  pascalDetections,
  pascalTruth,
  type PascalDetectionOptions,
  type PascalFile,
  type PascalOptions,
  type PascalTruthOptions,
} from './io/pascal.js';
export { vocTruth } from './io/voc-xml.js';
export { boxToRle, polygonToRle } from './masks/polygon.js';
export {
  cocoProtocol,
  cocoQuirks,
  vocProtocol,
  type AreaRange,
  type CocoOptions,
  type CocoQuirks,
  type Protocol,
  type VocOptions,
} from './detection/protocol.js';
export { rleFromString, rleToString } from './masks/rle-string.js';
export { decodeRle, encodeRle, mergeRle, rle, rleArea, rleBox, rleIou, type Rle } from './masks/rle.js';
export {
  segmentationEvaluation,
  type LabelMap,
  type SegmentationEvaluation,
  type SegmentationFigures,
  type SegmentationOptions,
} from './masks/segmentation.js';
export type {
  CategoryEntry,
  CocoBox,
  Detections,
  ImageEntry,
  IouType,
  MaskColumn,
  ObjectTable,
  Reading,
  Truth,
} from './detection/tables.js';
