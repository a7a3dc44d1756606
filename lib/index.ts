// The public names, the same in Node and in browsers: what differs between the two is behind the `#` imports of
// package.json beside this file, which bundlers resolve for browsers and Node for itself.

// Pictures
export { readImage, writeImage, type PictureLocation } from './image/read-write.js';
export { decodeImage, encodeImage } from './image/codec/coding.js';
export type { DecodeOptions, EncodeOptions } from './image/codec/options.js';
export { fromTensor, image, toTensor, type Image, type Planes, type Size } from './image/image.js';
export { fromPixels, toPixels, type Pixels } from './image/pixels.js';
export { resize, scaledSize } from './image/geometry/resize.js';

// Masks
export type { LabelValue, MaskClass } from './labels/classes.js';
export { readLabels, writeLabels } from './labels/files.js';
export {
  decodeLabels,
  encodeLabels,
  labelPicture,
  type ClassMap,
  type LabelPicture,
} from './labels/label-picture.js';
export { labeler, schemeOf, type LabelScheme } from './labels/scheme.js';
export { LabelSurveyor, valuesOf, type LabelSurvey } from './labels/survey.js';

// Networks
export { GoogLeNet, SqueezeNet, VGG19, type VGG19Options } from './networks/classifier/published.js';
export { Classifier, classifyOptions, type ClassifyOptions } from './networks/classifier/classifier.js';
export { imagenetLabels } from './networks/classifier/imagenet.js';
export { inspectModel, type Inspection, type LayerReport } from './models/inspect.js';
export { parseLabels, type Classification, type ClassLabel } from './networks/classifier/labels.js';
export type { Network } from './networks/network.js';
export type { Placement } from './runtime/types.js';
export {
  layerNamesFor,
  loadNetwork,
  networkNames,
  openNetwork,
  type LoadOptions,
  type OpenOptions,
} from './networks/classifier/load.js';
export { preprocessings, type Preprocessing, type PreprocessingName } from './models/input/preprocessing.js';

// Detection
export {
  boxIou,
  decodeBox,
  encodeBox,
  generalizedBoxIou,
  type BoxOffsets,
} from './networks/detector/box-geometry.js';
export { coco80, coco91 } from './networks/detector/coco-labels.js';
export { cocoResults, type CocoResult } from './tasks/detect/coco-results.js';
export { distinctIds, imageIdOf, readImageIds, type ImageIds } from './metrics/io/image-ids.js';
export {
  detect,
  detectManyOptions,
  Detector,
  detectOptions,
  type Box as DetectionBox,
  type Detection,
  type DetectManyOptions,
  type DetectOptions,
} from './networks/detector/detector.js';
export { drawDetections } from './tasks/draw/detections.js';
export { evaluateDetector, type DetectorFigures, type IdentifiedPicture } from './tasks/detect/evaluate.js';
export {
  FasterRCNN,
  type ExplainedDetection,
  type FasterRcnnOptions,
  type Proposal,
} from './networks/detector/faster-rcnn.js';
export { detectorNames, loadDetector, openDetector } from './networks/detector/load.js';
export { localizationLoss } from './train/detection/localization-loss.js';
export {
  ActivationLocalizer,
  localize,
  localizeOptions,
  type Localization,
} from './tasks/localize/localize.js';
export { nms, nmsByClass } from './networks/detector/nms.js';
export { Yolox } from './networks/detector/yolox.js';
export { lossNames, type FasterRcnnLosses } from './models/faster-rcnn/losses.js';
export {
  learnedWeights,
  loadFasterRcnnLosses,
  type FasterRcnnLossOptions,
} from './train/detection/load-losses.js';
export { augmentDetection, type DetectionAugmentation } from './train/detection/augment.js';
export { detectionData, type DetectionData } from './train/detection/data.js';
export type { LabeledPicture } from './train/detection/augment.js';
export { measureNorms } from './train/detection/measure-norms.js';
export { slimFasterRcnn, slimTraining, slimTraits } from './models/faster-rcnn/slim.js';
export { fasterRcnnVariants, type FasterRcnnTraits } from './models/faster-rcnn/traits.js';

// Explanation
export { drawRelevance, type DrawRelevanceOptions } from './tasks/explain/draw.js';
export {
  Explainer,
  explainMethods,
  explainOptions,
  type Explanation,
  type ExplainMethod,
  type ExplainOptions,
} from './tasks/explain/explainer.js';

// Segmentation
export { cocoMasks, type CocoAnnotation } from './tasks/segment/coco-masks.js';
export { openSegmenter } from './networks/segmenter/onnx-segmenter.js';
export { loadSegmenter } from './networks/segmenter/load.js';
export { regionsOf, type Region } from './metrics/masks/outline.js';
export { foregroundPicture, overlay } from './tasks/draw/segmentation.js';
export { pictureSource, type PictureSource } from './networks/segmenter/picture-source.js';
export { maskOfClass, type ClassArea, type Segmentation } from './networks/segmenter/segmentation.js';
export { Segmenter, segmentOptions, type SegmentOptions } from './networks/segmenter/segmenter.js';
export {
  slidingWindow,
  slidingWindowOptions,
  type SlidingWindowOptions,
} from './tasks/segment/sliding-window.js';
export { exportModel } from './networks/export-model.js';
export { UNet, type UNetOptions } from './networks/segmenter/unet.js';
export { buildUNet, type BuildUNetOptions } from './models/unet/build.js';
export { initialUNet, type UNetShape } from './models/unet/initial.js';
export { anatomyOf, type Anatomy } from './models/diagram/diagram.js';
export { anatomySvg } from './models/diagram/svg.js';
export { anatomyText } from './models/diagram/text.js';

// Vision
export {
  classify,
  evaluateClassifier,
  type Accuracy,
  type Classified,
  type ClassifyManyOptions,
  type Picture,
} from './tasks/classify/classify.js';

// Art
export { dream, dreamZoom, type ZoomSequenceOptions } from './tasks/dream/dream.js';
export type { DreamStep } from './tasks/dream/dreamer.js';
export type { DreamOptions } from './tasks/dream/options.js';
export { dreamOptions, zoomOptions } from './tasks/dream/options.js';
export type { LayerWeights } from './tasks/common/layers.js';
export type { StyleLosses, StyleStep } from './tasks/style/descent.js';
export { styleOptions } from './tasks/style/options.js';
export { style } from './tasks/style/style.js';
export type { StyleOptions } from './tasks/style/options.js';

// Training
export { augmentation, type AugmentOptions } from './train/augment/augment.js';
export type { CheckpointStore } from './train/fit/checkpoint.js';
export { checkpointFile } from './train/fit/checkpoint-file.js';
export type { Augmentation, Sample, TrainingData } from './train/fit/data.js';
export { fit } from './train/fit/fit.js';
export type { TrainingStep } from './train/fit/state.js';
export type { Loss, LossContext } from './train/graph/loss.js';
export { bce, crossEntropy, dice, focal, smoothL1, squaredError, total } from './train/graph/losses.js';
export type { MaskedPicture } from './train/segmentation/masked-picture.js';
export { fitOptions, type FitOptions } from './train/fit/options.js';
export { trained, type LearnedWeights } from './train/graph/parameters.js';
export { constant, cosine, linear, stepped, type TrainingSchedule } from './train/fit/schedule.js';
export { segmentationValidation } from './train/segmentation/validation.js';
export { trainUNet, trainUNetOptions, type TrainUNetOptions } from './train/segmentation/unet.js';

// Graphs and their gradients
export { grad, type GradOptions } from './autodiff/grad.js';
export { hvp, type HvpOptions } from './autodiff/hvp.js';
export { jvp, type JvpOptions } from './autodiff/jvp.js';
export { averageMaxPool, guidedRelu, redirectedRelu } from './autodiff/overrides.js';
export type { RuleOverrides } from './autodiff/rule-choice.js';
export {
  broadcasting,
  rule,
  type Cotangents,
  type Rule,
  type RuleContext,
  type RuleTable,
} from './autodiff/rules/rule.js';
export { checkGradient } from './gradients/check-gradient.js';
export type { CheckOptions } from './gradients/check-options.js';
export type { GradientCheck } from './gradients/compare.js';
export {
  valueAndGrad,
  type Differentiated,
  type ValueAndGrad,
  type ValueAndGradOptions,
} from './gradients/value-and-grad.js';
export type { Value } from './onnx/builder.js';
export type { Dim, Graph, Model, Node, Shape, TensorType } from './onnx/graph.js';
export { Builder, type Operand, type Sizes } from './onnx/ops.js';
export { normalizeOpset } from './onnx/opset/normalize.js';
export { simplifyModel } from './onnx/passes/simplify.js';
export { decodeModel } from './onnx/read.js';
export { inferModel } from './onnx/shapes/infer.js';
export { encodeModel } from './onnx/write.js';

// Running
export type {
  Isolation,
  ProviderName,
  ProviderStatus,
  RunOptions,
  Session,
  SessionOptions,
  TensorInfo,
} from './runtime/types.js';
export { listProviders, openSession } from './runtime/session.js';

// Optimization
export { adam } from './optim/adam.js';
export { ascent, gradientScale } from './optim/ascent.js';
export { lbfgs } from './optim/lbfgs.js';
export { clampTo, optimize } from './optim/optimize.js';
export { rmsprop } from './optim/rmsprop.js';
export { sgd } from './optim/sgd.js';

// Weights
export { bytesSource, type ByteSource } from './files/source.js';
export { fileSource } from '#files/read';
export { download, type DownloadOptions, type DownloadProgress } from './files/download.js';
export type { FileLocation } from './files/location.js';
export { openWeights, type Checkpoint } from './weights/open.js';
export { readSafetensors, writeSafetensors } from './weights/safetensors.js';

// The catalog of models
export type {
  Accuracy as PublishedAccuracy,
  Catalog,
  CatalogEntry,
  Checksum,
  Size as FileSize,
  Source,
  Task,
} from './weights/catalog/entry.js';
export { listModels, pullModel, removeModel, verifyModel } from '#models';
export type { ModelStatus, Presence, Verification } from './weights/catalog/model-status.js';
export type { PullOptions, PullStep } from './weights/catalog/pull-options.js';
export { patienceDefaults, type Patience } from './weights/download/timeouts.js';

// Metrics
export * from './metrics/index.js';

// Foundations
export { OneirosError, type ErrorCode } from './base/errors.js';
export { random, type Random } from './tensor/random.js';
export { float32, int64, tensor, type Float32Tensor, type Tensor, type TensorOf } from './tensor/tensor.js';
