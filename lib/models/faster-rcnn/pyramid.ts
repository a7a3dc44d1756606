import { OneirosError } from '../../base/errors.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { isMobileNet, mobilenet } from './mobilenet.js';
import type { Net } from './net.js';
import { isResNet, resnet } from './resnet.js';
import { isVgg, vgg } from './vgg.js';

export interface Pyramid {
  /** Feature maps with equal numbers of channels, finest first; the last is only for proposals. */
  readonly levels: readonly Value[];
  /** The levels that regions are cut from. */
  readonly pooled: readonly Value[];
  /** Picture pixels for each pixel of the maps in `pooled`. */
  readonly strides: readonly number[];
}

/**
 * A feature pyramid (Lin et al. 2017) over the backbone that the weights belong to.
 * @throws OneirosError `bad-input` if the backbone is not recognized
 */
export function pyramid(net: Net, image: Value): Pyramid {
  const { stages, strides } = finest(net, backbone(net, image));
  const merged: Value[] = [];
  let above: Value | null = null;
  for (const [i, stage] of [...stages.entries()].reverse()) {
    const lateral = conv(net, stage, `backbone.fpn.inner_blocks.${i}`);
    above = above === null ? lateral : net.b.add(lateral, resizeTo(net, above, lateral));
    merged.unshift(above);
  }
  const pooled = merged.map((level, i) =>
    net.layer(conv(net, level, `backbone.fpn.layer_blocks.${i}`), `fpn/${i}`),
  );
  const coarsest = net.b.op('MaxPool', [pooled.at(-1)], { kernel_shape: [1, 1], strides: [2, 2] });
  return { levels: [...pooled, net.layer(coarsest, 'fpn/pool')], pooled, strides };
}

interface Backbone {
  readonly stages: readonly Value[];
  /** Picture pixels for each pixel of a stage. */
  readonly strides: readonly number[];
}

/** Drops stages for which the weights have no pyramid level: a pyramid may begin at a later stage. */
function finest(net: Net, { stages, strides }: Backbone): Backbone {
  const levels = stages.filter((_, i) =>
    net.has(`${moduleOf(net, `backbone.fpn.inner_blocks.${i}`)}.weight`),
  );
  return { stages: stages.slice(-levels.length), strides: strides.slice(-levels.length) };
}

function backbone(net: Net, image: Value): Backbone {
  if (isResNet(net)) return { stages: resnet(net, image), strides: [4, 8, 16, 32] };
  if (isMobileNet(net)) return { stages: mobilenet(net, image), strides: [32, 32] };
  if (isVgg(net)) {
    const stages = vgg(net, image);
    return { stages, strides: stages.map((_, i) => 2 ** i) };
  }
  throw new OneirosError(
    'bad-input',
    'these are not the weights of a Faster R-CNN: expected torchvision’s names of a residual network ' +
      '(backbone.body.layer1.0.conv1.weight) or MobileNetV3-Large (backbone.body.16.0.weight), or VGG (backbone.body.conv1_1.weight)',
  );
}

function moduleOf(net: Net, name: string): string {
  return net.has(`${name}.0.weight`) ? `${name}.0` : name;
}

/** torchvision's second version adds batch normalization. Before torchvision 0.13, the name had no `.0`. */
function conv(net: Net, x: Value, name: string): Value {
  return net.conv(x, moduleOf(net, name), {
    norm: net.has(`${name}.1.running_mean`) ? `${name}.1` : undefined,
  });
}

/** Resizes `x` to the size of `like`, with nearest-neighbor interpolation. */
function resizeTo({ b }: Net, x: Value, like: Value): Value {
  const sizes = b.concat([b.slice(b.shape(x), [0], [0], [2]), b.slice(b.shape(like), [0], [2], [4])], 0);
  return b.op('Resize', [x, undefined, undefined, sizes], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
}
