// `oneiros/train`: training of any ONNX graph, with losses, optimizers and schedules as namespaces.

export * as losses from '../train/graph/losses.js';
export * as optimizers from '../optim/optimizers.js';
export * as schedules from '../train/fit/schedule.js';

// Any graph
export { fit } from '../train/fit/fit.js';
export type { TrainingStep } from '../train/fit/training-state.js';
export { fitOptions, type FitOptions, type FitParameters } from '../train/fit/options.js';
export { checkpointFile, type CheckpointStore } from '../train/fit/checkpoint-store.js';
export type { RunIdentity } from '../train/fit/checkpoint-format.js';
export type { Augmentation, Sample, TrainingData } from '../train/fit/data.js';
export type { TrainingSchedule } from '../train/fit/schedule.js';
export type { TrainingTask } from '../train/graph/graph.js';
export type { Loss, LossContext } from '../train/graph/loss-context.js';
export { trained, type LearnedWeights } from '../train/graph/parameters.js';

// Networks that segment
export { buildUNet, type BuildUNetOptions, type BuiltUNet } from '../models/unet/build.js';
export { initialUNet, type UNetShape } from '../models/unet/initial-weights.js';
export type { UNetGraphOptions } from '../models/unet/graph.js';
export type { Block, Convolution, Norm, UNetParameters } from '../models/unet/parameters.js';
export type { Climb, UNetActivation, UNetTraits } from '../models/unet/settings.js';
export type { NamedClass } from '../labels/class-text.js';
export { labeler, schemeOf, type DeclaredClasses, type Labeler, type LabelScheme } from '../labels/scheme.js';
export { LabelSurveyor, valuesOf, type FoundValue, type LabelSurvey } from '../labels/survey.js';
export { augmentation, type AugmentOptions } from '../train/augment/augment.js';
export type { ElasticOptions, GeometryOptions } from '../train/augment/random-pixel-map.js';
export type { MaskedPicture } from '../train/segmentation/masked-picture.js';
export {
  trainUNet,
  trainUNetOptions,
  type TrainUNetOptions,
  type TrainUNetParameters,
  type UNetTrainingStep,
} from '../train/segmentation/unet.js';
export { segmentationValidation, type SegmentationScores } from '../train/segmentation/validation.js';

// Networks that detect
export { lossNames, type FasterRcnnLosses, type TrainingTraits } from '../models/faster-rcnn/losses.js';
export {
  fasterRcnnVariants,
  type FasterRcnnTraits,
  type FasterRcnnVariant,
} from '../models/faster-rcnn/settings.js';
export type { Sampling } from '../models/faster-rcnn/matching.js';
export type { LearnedTensors } from '../models/faster-rcnn/net.js';
export { slimFasterRcnn, slimTraining, slimTraits, type SlimOptions } from '../models/faster-rcnn/slim.js';
export {
  augmentDetection,
  type DetectionAugmentation,
  type LabeledPicture,
} from '../train/detection/augment.js';
export { detectionData, type DetectionData, type DetectionDataOptions } from '../train/detection/data.js';
export {
  learnedWeights,
  loadFasterRcnnLosses,
  type FasterRcnnLossOptions,
} from '../train/detection/load-losses.js';
export { localizationLoss, type LocalizationTerms } from '../train/detection/localization-loss.js';
export { measureNorms } from '../train/detection/measure-norms.js';

// Minimization of any function
export type { Evaluation, IterationOptions, Objective, OptimizerStep } from '../optim/objective.js';
export { gradientScale, type Normalization } from '../optim/ascent.js';
export { lbfgs, type LbfgsOptions } from '../optim/lbfgs.js';
export { clampTo, optimize, type OptimizeOptions, type UpdateStep } from '../optim/optimize.js';
export type { RuleState, Schedule, Updater, UpdateRule } from '../optim/update-rule.js';
