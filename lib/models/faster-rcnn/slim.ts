import { random } from '../../tensor/random.js';
import { float32, sizeOf } from '../../tensor/tensor.js';
import type { StoredTensor, Weights } from '../../weights/weights.js';

export interface SlimOptions {
  /** How many classes there are, the background included. */
  readonly classes: number;
  /** How many anchors there are at each place of a level. */
  readonly anchors?: number;
  readonly seed: number;
}

/** Channels of the four stages, one residual block each. */
const widths = [32, 64, 128, 256] as const;
/** Channels of the pyramid. */
const pyramid = 64;
/** Features of a region. */
const features = 256;

/**
 * Random weights to begin training with, of a Faster R-CNN small enough to ship: 2.4 million parameters by torchvision's
 * names, a residual network of four basic blocks under a pyramid of 64 channels. Kaiming's scale (He et al. 2015) where a
 * ReLU follows; the last layers as torchvision begins them.
 */
export function slimFasterRcnn({ classes, anchors = 3, seed }: SlimOptions): Weights {
  const stream = random(seed);
  const weights = new Map<string, StoredTensor>();
  const add = (name: string, dims: readonly number[], make: () => number) => {
    const tensor = float32(
      Float32Array.from({ length: sizeOf(dims) }, () => make()),
      dims,
    );
    weights.set(name, { dtype: 'float32', dims, load: () => Promise.resolve(tensor) });
  };
  const constant = (name: string, size: number, value: number) => add(name, [size], () => value);
  const layer = (name: string, dims: readonly number[], scale = Math.sqrt(2 / sizeOf(dims.slice(1)))) =>
    add(`${name}.weight`, dims, () => scale * stream.normal());
  const withBias = (name: string, dims: readonly number[], scale?: number) => {
    layer(name, dims, scale);
    constant(`${name}.bias`, dims[0]!, 0);
  };
  const normed = (name: string, norm: string, dims: readonly number[]) => {
    layer(name, dims);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      constant(`${norm}.${part}`, dims[0]!, part === 'weight' || part === 'running_var' ? 1 : 0);
  };

  const body = 'backbone.body';
  normed(`${body}.conv1`, `${body}.bn1`, [widths[0], 3, 7, 7]);
  widths.forEach((width, i) => {
    const before = widths[i - 1] ?? width;
    const block = `${body}.layer${i + 1}.0`;
    normed(`${block}.conv1`, `${block}.bn1`, [width, before, 3, 3]);
    normed(`${block}.conv2`, `${block}.bn2`, [width, width, 3, 3]);
    if (i > 0) normed(`${block}.downsample.0`, `${block}.downsample.1`, [width, before, 1, 1]);
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
