import { check, type OptionKinds, optionsFor, optionsOf, required } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import {
  choice,
  count,
  flag,
  number,
  type OptionValues,
  resolveOptions,
  seed,
} from '../../base/option-table.js';
import { checkClasses, type LabelValue, type MaskClass } from '../../labels/classes.js';
import { ignoredLabel, type LabelScheme } from '../../labels/scheme.js';
import { luminance } from '../../models/input/preprocessing.js';
import { writeNetworkMetadata } from '../../models/metadata.js';
import { buildUNet } from '../../models/unet/build.js';
import { initialUNet, unetShape } from '../../models/unet/initial-weights.js';
import { loadUNet } from '../../models/unet/parameters.js';
import type { Climb } from '../../models/unet/settings.js';
import type { Model } from '../../onnx/graph/graph.js';
import { adam } from '../../optim/adam.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import type { StoredTensor } from '../../weights/weights.js';
import { augmentation } from '../augment/augment.js';
import type { RunIdentity } from '../fit/checkpoint-format.js';
import type { CheckpointStore } from '../fit/checkpoint-store.js';
import { fit } from '../fit/fit.js';
import { fitKinds, fitOptions } from '../fit/options.js';
import { cosine } from '../fit/schedule.js';
import type { TrainingStep } from '../fit/training-state.js';
import type { Loss } from '../graph/loss-context.js';
import { bce, crossEntropy, dice, sum } from '../graph/losses.js';
import { type MaskedPicture, maskedSamples } from './masked-picture.js';
import { segmentationValidation } from './validation.js';

/** The options of a U-Net's training that are numbers, words or flags. */
export const trainUNetOptions = {
  steps: count(500, 'number of updates'),
  batch: number(4, 'crops per update', { min: 1, max: 10_000, integer: true }),
  crop: number(256, 'side of the square crops, in pixels: a multiple of 2 to the number of poolings', {
    min: 16,
    max: 8192,
    integer: true,
  }),
  learningRate: number(2e-3, "Adam's largest learning rate", { min: 0 }),
  warmUp: number(0.05, 'share of the run over which the rate rises; after that it falls to 0 as a cosine', {
    min: 0,
    max: 0.9,
  }),
  climb: choice(['transposed', 'bilinear', 'nearest'], 'transposed', 'upsampling from level to level'),
  channels: choice(['1', '3'], '1', 'input channels: 1 for luminance, 3 for RGB'),
  flips: flag(true, 'mirror and rotate crops at random, by quarter turns'),
  elastic: number(10, 'standard deviation of the elastic deformation, in pixels; 0: none', {
    min: 0,
    max: 1000,
  }),
  elasticShare: number(0.5, 'share of the crops that are deformed', { min: 0, max: 1 }),
  brightness: number(0.1, 'largest random change of brightness, as a fraction of the range', {
    min: 0,
    max: 1,
  }),
  contrast: number(0.2, 'largest random change of contrast, as a fraction', { min: 0, max: 1 }),
  validateEvery: count(100, 'updates between two validations'),
  checkpointEvery: count(50, 'updates between two checkpoints'),
  clip: fitOptions.clip,
  seed: seed(0, 'random seed of the initial weights, the order and the augmentation'),
} as const;

/** What `trainUNetOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface TrainUNetParameters {
  /**
   * Number of updates. A whole number from 1 to 1000000.
   * @default 500
   */
  readonly steps?: number | undefined;
  /**
   * Crops per update. A whole number from 1 to 10000.
   * @default 4
   */
  readonly batch?: number | undefined;
  /**
   * Side of the square crops, in pixels: a multiple of 2 to the number of poolings. A whole number from 16
   * to 8192.
   * @default 256
   */
  readonly crop?: number | undefined;
  /**
   * Adam's largest learning rate. A number of at least 0.
   * @default 0.002
   */
  readonly learningRate?: number | undefined;
  /**
   * Share of the run over which the rate rises; after that it falls to 0 as a cosine. A number from 0 to
   * 0.9.
   * @default 0.05
   */
  readonly warmUp?: number | undefined;
  /**
   * Upsampling from level to level.
   * @default 'transposed'
   */
  readonly climb?: 'transposed' | 'bilinear' | 'nearest' | undefined;
  /**
   * Input channels: 1 for luminance, 3 for RGB.
   * @default '1'
   */
  readonly channels?: '1' | '3' | undefined;
  /**
   * Mirror and rotate crops at random, by quarter turns.
   * @default true
   */
  readonly flips?: boolean | undefined;
  /**
   * Standard deviation of the elastic deformation, in pixels; 0: none. A number from 0 to 1000.
   * @default 10
   */
  readonly elastic?: number | undefined;
  /**
   * Share of the crops that are deformed. A number from 0 to 1.
   * @default 0.5
   */
  readonly elasticShare?: number | undefined;
  /**
   * Largest random change of brightness, as a fraction of the range. A number from 0 to 1.
   * @default 0.1
   */
  readonly brightness?: number | undefined;
  /**
   * Largest random change of contrast, as a fraction. A number from 0 to 1.
   * @default 0.2
   */
  readonly contrast?: number | undefined;
  /**
   * Updates between two validations. A whole number from 1 to 1000000.
   * @default 100
   */
  readonly validateEvery?: number | undefined;
  /**
   * Updates between two checkpoints. A whole number from 1 to 1000000.
   * @default 50
   */
  readonly checkpointEvery?: number | undefined;
  /**
   * Largest norm of the gradient over all weights: a larger gradient is scaled down; 0: no limit. A number
   * of at least 0.
   * @default 0
   */
  readonly clip?: number | undefined;
  /**
   * Random seed of the initial weights, the order and the augmentation. A whole number.
   * @default 0
   */
  readonly seed?: number | undefined;
}

export interface TrainUNetOptions extends TrainUNetParameters {
  /** The classes with their values in masks, the background first. */
  readonly classes: readonly MaskClass[];
  /** The value of pixels that do not count for the loss and the figures. @default all pixels count */
  readonly ignore?: LabelValue | undefined;
  /** The channels of each level, from the top to the bottom. @default [16, 32, 64, 128, 256] */
  readonly widths?: readonly number[] | undefined;
  /** Pictures to validate with; they are not trained on. @default none: no validation */
  readonly validation?: readonly MaskedPicture[] | undefined;
  readonly checkpoint?: CheckpointStore | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where it runs. @default the defaults of `Placement` */
  readonly placement?: Placement | undefined;
}

const trainUNetKinds: OptionKinds<TrainUNetOptions> = {
  ...trainUNetOptions,
  classes: required(kind.array),
  ignore: kind.labelValue,
  widths: kind.numbers,
  validation: kind.array,
  checkpoint: kind.checkpointStore,
  signal: kind.signal,
  placement: optionsOf(placementKinds),
};

export const defaultWidths: readonly number[] = [16, 32, 64, 128, 256];

export interface UNetTrainingStep extends TrainingStep {
  /**
   * The current network for inference: from `image`, RGB in [0, 1], 1 × 3 × height × width, to `probabilities`. Batch
   * normalization is folded into the convolutions; the metadata have the names and values of the classes.
   */
  readonly network: () => Promise<Model>;
}

/**
 * Trains a U-Net from scratch on pictures and their masks. The loss is binary cross-entropy plus Dice loss
 * (cross-entropy plus Dice loss for more than two classes). Random crops are rotated, mirrored, deformed and changed in
 * brightness and contrast.
 * @throws OneirosError `bad-argument` for a crop that cannot be pooled evenly, pictures smaller than the crop, or
 *   classes with equal names or values; `bad-input` for mask values that are not a class; as `fit` does
 */
export async function* trainUNet(
  pictures: readonly MaskedPicture[],
  options: TrainUNetOptions,
): AsyncGenerator<UNetTrainingStep, void> {
  check('trainUNet', { pictures: [pictures, kind.array] }, options, trainUNetKinds);
  const settings = resolveOptions(trainUNetOptions, options);
  const { classes, widths = defaultWidths, validation = [] } = options;
  checkClasses(classes);
  const scheme = { classes, ignore: options.ignore ?? null };
  const channels = settings.channels === '1' ? 1 : 3;
  checkCrop(settings.crop, widths, pictures);
  const planes = classes.length === 2 ? 1 : classes.length;
  const { climb, seed } = settings;
  const parameters = initialUNet({ ...unetShape, channels, classes: planes, widths, climb, seed });
  const traits = climb === 'transposed' ? {} : { resize: climb };
  const { model } = buildUNet(parameters, { ...traits, batchNorm: 'keep' });
  const deliver = (current: Model) => networkOf(current, classes, channels, climb);
  const validated = segmentationValidation(validation, scheme, options.placement);
  const steps = fit(model, maskedSamples(pictures, scheme, channels), {
    ...optionsFor(fitKinds, settings),
    loss: lossOf(scheme),
    optimizer: adam({ learningRate: settings.learningRate }),
    schedule: cosine({ warmUp: settings.warmUp }),
    augment: augmentation({
      crop: settings.crop,
      flips: settings.flips,
      rotations: settings.flips,
      brightness: settings.brightness,
      contrast: settings.contrast,
      ...(settings.elastic > 0 && { elastic: { deviation: settings.elastic, share: settings.elasticShare } }),
    }),
    ...(validation.length > 0 && {
      validate: async (current: Model) => validated(await deliver(current)),
    }),
    checkpoint: options.checkpoint,
    recipe: recipeOf(settings, widths, scheme),
    signal: options.signal,
    placement: options.placement,
  });
  for await (const step of steps) yield { ...step, network: () => deliver(step.model()) };
}

function lossOf({ classes, ignore: value }: LabelScheme): Loss {
  const ignore = value === null ? undefined : ignoredLabel;
  const entropy = classes.length === 2 ? { bce: bce({ ignore }) } : { entropy: crossEntropy({ ignore }) };
  return sum({ ...entropy, diceLoss: dice({ ignore }) });
}

/** The settings that the weights depend on. `steps` is already in the identity. */
function recipeOf(
  settings: OptionValues<typeof trainUNetOptions>,
  widths: readonly number[],
  { classes, ignore }: LabelScheme,
): RunIdentity {
  const others = new Set(['validateEvery', 'checkpointEvery', 'steps']);
  const numbers = Object.entries(settings).filter(([name]) => !others.has(name));
  const values = classes.map(({ value }) => value).join();
  return { ...Object.fromEntries(numbers), widths: widths.join(), values, ignore: String(ignore) };
}

function checkCrop(crop: number, widths: readonly number[], pictures: readonly MaskedPicture[]): void {
  const grid = 2 ** (widths.length - 1);
  if (crop % grid !== 0)
    throw new OneirosError(
      'bad-argument',
      `a crop of ${crop} pixels cannot be halved ${widths.length - 1} times: use a multiple of ${grid}`,
    );
  const small = pictures.find(({ picture }) => Math.min(picture.width, picture.height) < crop);
  if (small !== undefined)
    throw new OneirosError(
      'bad-argument',
      `${small.name} is ${small.picture.width}×${small.picture.height}, smaller than the crop of ${crop}: use a smaller crop`,
    );
}

async function networkOf(
  { graph }: Model,
  classes: readonly MaskClass[],
  channels: 1 | 3,
  climb: Climb,
): Promise<Model> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, weight] of graph.initializers)
    if (weight.dtype === 'float32')
      stored.set(name, { dtype: weight.dtype, dims: weight.dims, load: () => Promise.resolve(weight) });
  const { model } = buildUNet(await loadUNet(stored), {
    ...(climb === 'transposed' ? {} : { resize: climb }),
    activation: classes.length === 2 ? 'sigmoid' : 'softmax',
    shape: [1, 3, 'height', 'width'],
    ...(channels === 1 && { prepare: luminance }),
  });
  const metadata = new Map([
    ...model.metadata,
    ...writeNetworkMetadata({
      classes: classes.map(({ name }) => name),
      values: classes.map(({ value }) => value),
    }),
  ]);
  return { ...model, metadata, graph: { ...model.graph, name: 'U-Net' } };
}
