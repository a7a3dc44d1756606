import { random } from '../../tensor/random.js';
import { float32, sizeOf } from '../../tensor/tensor.js';
import { stored, type StoredTensor, type Weights } from '../../weights/weights.js';
import type { TrainingTraits } from './losses.js';
import { fasterRcnnVariants, type FasterRcnnTraits } from './traits.js';

export interface SlimOptions {
  /** How many classes there are, the background included. */
  readonly classes: number;
  /** How many anchors there are at each place of a level. */
  readonly anchors?: number;
  /** Channels of the four stages, one residual block each. @default 24, 48, 96, 192 */
  readonly widths?: readonly [number, number, number, number];
  /** Features of a region. @default 256 */
  readonly features?: number;
  readonly seed: number;
}

/** The first stage that has a level of the pyramid: strides are 8, 16 and 32. */
const firstLevel = 1;
/** Channels of the pyramid. */
const pyramid = 64;
/** Of what a block adds, at the beginning (Goyal et al. 2017 take 0, with more blocks). */
const branchScale = 0.5;

/**
 * What goes with it, for pictures that are looked at in a small size: two anchors of each shape at every place.
 */
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

/** How the slim network samples while it is trained: few proposals, as there are few objects in a picture. */
export const slimTraining: TrainingTraits = {
  ...slimTraits,
  preNmsTopN: 400,
  postNmsTopN: 200,
  anchorSampling: { count: 256, positive: 0.5 },
  proposalSampling: { count: 128, positive: 0.25 },
};

/**
 * Random weights to begin training with, of a Faster R-CNN small enough to ship: 1.7 million parameters by torchvision's
 * names, a residual network of four basic blocks under a pyramid of 64 channels. Kaiming's scale (He et al. 2015) where a
 * ReLU follows; the last layers as torchvision begins them. Its norms are to be given statistics by `measureNorms`.
 */
export function slimFasterRcnn({
  classes,
  anchors = 6,
  widths = [24, 48, 96, 192],
  features = 256,
  seed,
}: SlimOptions): Weights {
  const stream = random(seed);
  const weights = new Map<string, StoredTensor>();
  const add = (name: string, dims: readonly number[], make: () => number) => {
    const data = Float32Array.from({ length: sizeOf(dims) }, () => make());
    weights.set(name, stored(float32(data, dims)));
  };
  const constant = (name: string, size: number, value: number) => add(name, [size], () => value);
  const layer = (name: string, dims: readonly number[], scale = Math.sqrt(2 / sizeOf(dims.slice(1)))) =>
    add(`${name}.weight`, dims, () => scale * stream.normal());
  const withBias = (name: string, dims: readonly number[], scale?: number) => {
    layer(name, dims, scale);
    constant(`${name}.bias`, dims[0]!, 0);
  };
  const normed = (name: string, norm: string, dims: readonly number[], scale = 1) => {
    layer(name, dims);
    const parts = { weight: scale, bias: 0, running_mean: 0, running_var: 1 };
    for (const [part, value] of Object.entries(parts)) constant(`${norm}.${part}`, dims[0]!, value);
  };

  const body = 'backbone.body';
  normed(`${body}.conv1`, `${body}.bn1`, [widths[0], 3, 7, 7]);
  widths.forEach((width, i) => {
    const before = widths[i - 1] ?? width;
    const block = `${body}.layer${i + 1}.0`;
    normed(`${block}.conv1`, `${block}.bn1`, [width, before, 3, 3]);
    normed(`${block}.conv2`, `${block}.bn2`, [width, width, 3, 3], branchScale);
    if (i > 0) normed(`${block}.downsample.0`, `${block}.downsample.1`, [width, before, 1, 1]);
  });
  widths.slice(firstLevel).forEach((width, i) => {
    withBias(`backbone.fpn.inner_blocks.${i}.0`, [pyramid, width, 1, 1]);
    withBias(`backbone.fpn.layer_blocks.${i}.0`, [pyramid, pyramid, 3, 3]);
  });
  withBias('rpn.head.conv.0.0', [pyramid, pyramid, 3, 3]);
  withBias('rpn.head.cls_logits', [anchors, pyramid, 1, 1], 0.01);
  withBias('rpn.head.bbox_pred', [4 * anchors, pyramid, 1, 1], 0.01);
  withBias('roi_heads.box_head.fc6', [features, pyramid * 7 * 7]);
  withBias('roi_heads.box_head.fc7', [features, features]);
  withBias('roi_heads.box_predictor.cls_score', [classes, features], 0.01);
  withBias('roi_heads.box_predictor.bbox_pred', [4 * classes, features], 0.001);
  return weights;
}
