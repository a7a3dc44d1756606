// `oneiros`: tasks, the networks they take, and pictures. The other files of this folder are the other entries of the
// package. All entries are the same in Node and in browsers: code that differs is behind the `#` imports of
// ../package.json, which Node and bundlers resolve for their platform.

// Tasks: each takes (network, picture, options); names that end in Each take many pictures.
export {
  classify,
  classifyEach,
  classifyEachOptions,
  type ClassifyEachOptions,
  type ClassifyEachParameters,
} from '../tasks/classify/classify.js';
export {
  evaluateClassifier,
  type ClassifierFigures,
  type EvaluateClassifierOptions,
} from '../tasks/classify/evaluate.js';
export type { LayerWeights } from '../tasks/common/layers.js';
export type { Computed, Failed, Outcome, Picture, Pictures } from '../tasks/common/pictures.js';
export type { PictureStep } from '../tasks/common/step.js';
export {
  detect,
  detectEach,
  detectEachOptions,
  type DetectEachOptions,
  type DetectEachParameters,
} from '../tasks/detect/detect.js';
export {
  evaluateDetector,
  type DetectorFigures,
  type EvaluateDetectorOptions,
} from '../tasks/detect/evaluate.js';
export { drawDetections, type DrawnDetection } from '../tasks/draw/detections.js';
export { foregroundPicture, overlay, type OverlayOptions } from '../tasks/draw/segmentation.js';
export { dream, dreamZoom } from '../tasks/dream/dream.js';
export type { DreamStep } from '../tasks/dream/state.js';
export {
  dreamOptions,
  zoomOptions,
  type DreamOptions,
  type DreamParameters,
  type DreamZoomOptions,
  type ZoomParameters,
} from '../tasks/dream/options.js';
export { drawRelevance, type DrawRelevanceOptions } from '../tasks/explain/draw.js';
export { explain, explainEach, type ExplainOptions } from '../tasks/explain/explain.js';
export {
  Explainer,
  explainMethods,
  explainOptions,
  type ExplainerOptions,
  type Explanation,
  type ExplanationOptions,
  type ExplainMethod,
  type ExplainParameters,
} from '../tasks/explain/explainer.js';
export {
  localize,
  localizeEach,
  localizeOptions,
  type Localization,
  type LocalizeOptions,
  type LocalizeParameters,
} from '../tasks/localize/localize.js';
export { segment, segmentEach } from '../tasks/segment/segment.js';
export {
  slidingWindow,
  slidingWindowOptions,
  type SlidingWindowOptions,
  type SlidingWindowParameters,
} from '../tasks/segment/sliding-window.js';
export type { StyleLosses } from '../tasks/style/whole-loss.js';
export type { StyleStep } from '../tasks/style/descent.js';
export { styleOptions, type StyleOptions, type StyleParameters } from '../tasks/style/options.js';
export { style } from '../tasks/style/style.js';

// Networks
export { loadNetwork, type LoadNetworkOptions } from '../networks/load.js';
export type { ModelSource, OpenWeights, WeightsSource } from '../networks/source.js';
export type { Network } from '../networks/network.js';
export { ImageNetwork, type NetworkParts, type RunSettings } from '../networks/image-network.js';
export {
  Classifier,
  classifyOptions,
  type ClassifierParts,
  type ClassifyOptions,
  type ClassifyParameters,
  type CropSettings,
} from '../networks/classifier/classifier.js';
export { imagenetLabels } from '../networks/classifier/imagenet.js';
export { parseLabels, type Classification, type ClassLabel } from '../networks/classifier/labels.js';
export {
  classifierNames,
  layerNamesFor,
  loadClassifier,
  type LoadClassifierOptions,
} from '../networks/classifier/load.js';
export type { PretrainedOptions } from '../networks/classifier/build.js';
export {
  GoogLeNet,
  SqueezeNet,
  VGG19,
  vgg19Options,
  type VGG19Options,
  type VGG19Parameters,
} from '../networks/classifier/published-classifiers.js';
export { coco80, coco91 } from '../networks/detector/coco-labels.js';
export {
  Detector,
  detectOptions,
  type Box,
  type Detection,
  type DetectOptions,
  type DetectParameters,
  type DetectorParts,
  type DetectSettings,
} from '../networks/detector/detector.js';
export {
  FasterRCNN,
  type ExplainedDetection,
  type FasterRcnnOptions,
  type Proposal,
} from '../networks/detector/faster-rcnn.js';
export { detectorNames, loadDetector, type LoadDetectorOptions } from '../networks/detector/load.js';
export { Yolox } from '../networks/detector/yolox.js';
export { exportModel } from '../networks/export-model.js';
export { loadSegmenter, segmenterNames, type LoadSegmenterOptions } from '../networks/segmenter/load.js';
export type { SegmenterGraphOptions } from '../networks/segmenter/onnx-segmenter.js';
export { pictureSource, type PictureSource } from '../networks/segmenter/picture-source.js';
export { maskOfClass, type ClassArea, type Segmentation } from '../networks/segmenter/segmentation.js';
export {
  Segmenter,
  segmentOptions,
  type SegmenterParts,
  type SegmentOptions,
  type SegmentParameters,
} from '../networks/segmenter/segmenter.js';
export type { Tiling } from '../networks/segmenter/tiling.js';
export { UNet, type UNetOptions } from '../networks/segmenter/unet.js';
export type { ClassHead, Headless, HeadOptions } from '../models/input/class-head.js';
export type { Activation, FoundActivation } from '../models/output-activation/activation.js';
export type { Padding } from '../models/classifiers/layer-builder.js';
export {
  preprocessings,
  type Preprocessing,
  type PreprocessingName,
  type Triple,
} from '../models/input/preprocessing.js';

// The catalog of models
export {
  listModels,
  type ModelStatus,
  type Presence,
  pullModel,
  removeModel,
  type Verification,
  verifyModel,
} from '#models';
export type {
  Catalog,
  CatalogEntry,
  Checksum,
  EntrySource,
  FileSize,
  PublishedAccuracy,
  Task,
} from '../weights/catalog/entry.js';
export type { PullOptions, PullStep } from '../weights/catalog/pull-options.js';
export { patienceDefaults, type Patience } from '../weights/download/timeouts.js';

// Pictures
export { readImage, writeImage, type PictureLocation } from '../image/codec/read-write.js';
export { decodeImage, encodeImage } from '../image/codec/decode-encode.js';
export type { Drawable } from '../image/codec/platform-codec.js';
export type { ImageFiles } from '../image/codec/formats.js';
export type { DecodeOptions, EncodeOptions, OutputFormat } from '../image/codec/options.js';
export type { Colormap } from '../image/color/colormap.js';
export type { Rectangle } from '../image/geometry/crop.js';
export { fromTensor, image, solid, toTensor, type Image, type Planes, type Size } from '../image/image.js';
export { fromPixels, toPixels, type Background, type Pixels } from '../image/pixels.js';
export { resize, scaledSize, type Filter, type ResizeOptions, type Side } from '../image/geometry/resize.js';

// Masks
export type { LabelValue, MaskClass } from '../labels/classes.js';
export { readLabels, writeLabels } from '../labels/files.js';
export {
  decodeLabels,
  encodeLabels,
  labelPicture,
  type ClassMap,
  type LabelData,
  type LabelPicture,
} from '../labels/label-picture.js';

// Foundations
export { OneirosError, type ErrorCode } from '../base/errors.js';
export type {
  ChoiceOption,
  FlagOption,
  Given,
  NumberOption,
  Option,
  OptionTable,
  OptionValues,
} from '../base/option-table.js';
export type { FileLocation } from '../files/location.js';
export type { Placement } from '../runtime/types.js';
