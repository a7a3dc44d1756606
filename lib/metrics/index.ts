// The floor's public names.
export { boxOverlap, boxOverlaps, type BoxForm, type BoxMeasure, type BoxOptions } from './boxes.js';
export { boundaryIou, innerBoundary, type BoundaryOptions } from './boundary.js';
export {
  calibration,
  topK,
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
} from './classification.js';
export {
  cocoDetections,
  cocoTruth,
  readCocoDetections,
  readCocoTruth,
  type ReadOptions as CocoReadOptions,
} from './coco.js';
export {
  accuracy,
  addLabels,
  classScores,
  confusionMatrix,
  meanIou,
  type ClassScores,
  type ConfusionMatrix,
} from './confusion.js';
export { precisionRecallSvg, type CurveSvgOptions } from './curve-svg.js';
export { precisionRecall, type CurveOptions, type PrecisionRecallCurve } from './curve.js';
export { averagePrecision, evaluateDetections, type Evaluation } from './evaluate.js';
export {
  cocoFigures,
  undefinedCocoFigures,
  undefinedVocFigures,
  vocFigures,
  type CocoFigures,
  type UndefinedFigures,
  type VocFigures,
} from './figures.js';
export type { TextChunks } from './json-records.js';
export { lectureAp, lectureMap } from './lecture.js';
export { mask, maskAccuracy, maskDice, maskIou, type Mask } from './mask.js';
export type { Id } from './ids.js';
export {
  pascalDetections,
  pascalTruth,
  type PascalDetectionOptions,
  type PascalFile,
  type PascalTruthOptions,
} from './pascal.js';
export { vocTruth } from './voc-xml.js';
export { boxToRle, polygonToRle } from './polygon.js';
export {
  cocoProtocol,
  cocoQuirks,
  vocProtocol,
  type CocoOptions,
  type Protocol,
  type VocOptions,
} from './protocol.js';
export { rleFromString, rleToString } from './rle-string.js';
export { decodeRle, encodeRle, mergeRle, rle, rleArea, rleBox, rleIou, type Rle } from './rle.js';
export {
  segmentationEvaluation,
  type LabelMap,
  type SegmentationEvaluation,
  type SegmentationFigures,
  type SegmentationOptions,
} from './segmentation.js';
export type { Box, Detections, IouType, Truth } from './tables.js';
