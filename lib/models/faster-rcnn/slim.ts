import { check, type OptionKinds, required } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { stored, type Weights } from '../../weights/weights.js';
import type { TrainingTraits } from './losses.js';
import type { LearnedTensors } from './net.js';
import { RandomWeights } from './random-weights.js';
import { type FasterRcnnTraits, fasterRcnnVariants } from './settings.js';

export interface SlimOptions {
  /** The number of classes, background included. */
  readonly classes: number;
  /** The number of anchors at each position of a level. @default 6 */
  readonly anchors?: number;
  /**
   * Convolutions of a trained VGG network, by the names `conv1_1.weight` …, for the backbone.
   * @default a residual network with random weights
   */
  readonly vgg?: LearnedTensors | undefined;
  /** The number of features of a region. @default 256 */
  readonly features?: number;
  /** The seed of the random weights. */
  readonly seed: number;
}

const slimKinds: OptionKinds<SlimOptions> = {
  classes: required(kind.number),
  anchors: kind.number,
  vgg: kind.map,
  features: kind.number,
  seed: required(kind.number),
};

/** Channels of the residual network's four stages, one block each. */
const stages = [24, 48, 96, 192];
/** The number of stages that have a pyramid level, at strides 8, 16 and 32. */
const levels = 3;
/** Channels of the pyramid. */
const pyramid = 64;
/** The initial scale of a block's residual branch (Goyal et al. 2017 use 0, with more blocks). */
const branchScale = 0.5;

/** Settings for the slim network: small pictures, and two anchors of each shape at every position. */
export const slimTraits: FasterRcnnTraits = {
  ...fasterRcnnVariants.resnet50_fpn,
  minSize: 288,
  maxSize: 384,
  anchorSizes: [
    [24, 56],
    [64, 96],
    [128, 180],
    [224, 288],
  ],
  preNmsTopN: 300,
  postNmsTopN: 150,
  score: 0.01,
};

/** Settings for training the slim network: few proposals, because pictures have few objects. */
export const slimTraining: TrainingTraits = {
  ...slimTraits,
  preNmsTopN: 400,
  postNmsTopN: 200,
  anchorSampling: { count: 256, positive: 0.5 },
  proposalSampling: { count: 128, positive: 0.25 },
};

/**
 * Initial weights, by torchvision's names, of a Faster R-CNN small enough to ship, with a pyramid of 64 channels.
 * Layers before a ReLU are drawn with Kaiming's scale (He et al. 2015), the last layers as torchvision initializes
 * them. The backbone is a residual network of four basic blocks (1.7 million parameters in all), whose batch
 * normalization needs statistics from `measureNorms`; or, with `vgg`, a trained VGG network with one more block.
 */
export function slimFasterRcnn(options: SlimOptions): Weights {
  check('slimFasterRcnn', {}, options, slimKinds);
  const { classes, anchors = 6, vgg, features = 256, seed } = options;
  const make = new RandomWeights(seed);
  const widths = vgg === undefined ? residualBody(make) : vggBody(make, vgg);
  widths.slice(-levels).forEach((width, i) => {
    make.withBias(`backbone.fpn.inner_blocks.${i}.0`, [pyramid, width, 1, 1]);
    make.withBias(`backbone.fpn.layer_blocks.${i}.0`, [pyramid, pyramid, 3, 3]);
  });
  make.withBias('rpn.head.conv.0.0', [pyramid, pyramid, 3, 3]);
  make.withBias('rpn.head.cls_logits', [anchors, pyramid, 1, 1], 0.01);
  make.withBias('rpn.head.bbox_pred', [4 * anchors, pyramid, 1, 1], 0.01);
  make.withBias('roi_heads.box_head.fc6', [features, pyramid * 7 * 7]);
  make.withBias('roi_heads.box_head.fc7', [features, features]);
  make.withBias('roi_heads.box_predictor.cls_score', [classes, features], 0.01);
  make.withBias('roi_heads.box_predictor.bbox_pred', [4 * classes, features], 0.001);
  return make.made;
}

const body = 'backbone.body';

/** @returns the channels of each stage */
function residualBody(make: RandomWeights): readonly number[] {
  make.normed(`${body}.conv1`, `${body}.bn1`, [stages[0]!, 3, 7, 7]);
  stages.forEach((width, i) => {
    const before = stages[i - 1] ?? width;
    const block = `${body}.layer${i + 1}.0`;
    make.normed(`${block}.conv1`, `${block}.bn1`, [width, before, 3, 3]);
    make.normed(`${block}.conv2`, `${block}.bn2`, [width, width, 3, 3], branchScale);
    if (i > 0) make.normed(`${block}.downsample.0`, `${block}.downsample.1`, [width, before, 1, 1]);
  });
  return stages;
}

/** @returns the channels of each block */
function vggBody(make: RandomWeights, vgg: LearnedTensors): readonly number[] {
  const widths: number[] = [];
  for (const [name, tensor] of vgg) {
    make.made.set(`${body}.${name}`, stored(tensor));
    const [, block] = /^conv(\d+)_\d+\.weight$/.exec(name) ?? [];
    if (block !== undefined) widths[Number(block) - 1] = tensor.dims[0]!;
  }
  const width = widths.at(-1)!;
  make.withBias(`${body}.conv${widths.length + 1}_1`, [width, width, 3, 3]);
  return [...widths, width];
}
