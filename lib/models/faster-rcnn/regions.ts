import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { float } from '../../onnx/graph/attributes.js';
import { areaOf } from './boxes.js';
import type { Net } from './net.js';
import type { Pyramid } from './pyramid.js';

/** The size of a region's features: 7×7 cells. */
const cells = 7;

export interface Regions {
  /** The boxes sorted by level, finest first, `[regions, 4]`. */
  readonly boxes: Value;
  /** The index of each box in the given list, `[regions]`. */
  readonly order: Value;
  /** The pyramid level that each box is cut from, `[regions]`. */
  readonly levels: Value;
  /** `[regions, channels, 7, 7]` */
  readonly features: Value;
}

/** Cuts each region out of the pyramid level that suits its size. The result is sorted by level. */
export function cutRegions(b: Builder, boxes: Value, { pooled, strides }: Pyramid): Regions {
  const level = levelsOf(b, boxes, strides);
  const parts = pooled.map((feature, i) => {
    const order = b.reshape(b.op('NonZero', [b.equal(level, i)]), [-1]);
    const members = b.gather(boxes, order, 0);
    return { order, members, features: align(b, feature, members, strides[i]!) };
  });
  const order = b.concat(
    parts.map((part) => part.order),
    0,
  );
  return {
    boxes: b.concat(
      parts.map(({ members }) => members),
      0,
    ),
    order,
    levels: b.gather(level, order, 0),
    features: b.concat(
      parts.map(({ features }) => features),
      0,
    ),
  };
}

/**
 * A region of 224² uses the level with stride 16; twice the side, the next coarser level (Lin et al. 2017, equation 1).
 */
function levelsOf(b: Builder, boxes: Value, strides: readonly number[]): Value {
  const [finest, coarsest] = [Math.log2(strides[0]!), Math.log2(strides.at(-1)!)];
  const side = b.sqrt(b.reshape(areaOf(b, boxes), [-1]));
  const octave = b.mul(b.log(b.div(side, 224)), 1 / Math.LN2);
  const level = b.op('Floor', [b.add(octave, 4 + 1e-6)]);
  return b.cast(b.sub(b.minimum(b.maximum(level, finest), coarsest), finest), 'int64');
}

/** RoIAlign (He et al. 2017) with 2×2 samples in each cell, without the half-pixel shift. */
function align(b: Builder, feature: Value, boxes: Value, stride: number): Value {
  const images = b.expand(b.scalar(0, 'int64'), b.dim(boxes, 0));
  return b.op('RoiAlign', [feature, boxes, images], {
    mode: 'avg',
    output_height: cells,
    output_width: cells,
    sampling_ratio: 2,
    spatial_scale: float(1 / stride),
    coordinate_transformation_mode: 'output_half_pixel',
  });
}

export interface BoxPredictions {
  /** `[regions, classes]`, the background first. */
  readonly logits: Value;
  /** `[regions, classes · 4]` */
  readonly offsets: Value;
}

/** The second stage: classes and offsets of regions, from two fully connected layers, or four convolutions and one. */
export function predictBoxes(net: Net, features: Value): BoxPredictions {
  const head = 'roi_heads.box_head';
  const hidden = net.has(`${head}.fc6.weight`)
    ? net.linear(net.linear(flatten(net, features), `${head}.fc6`, 'relu'), `${head}.fc7`, 'relu')
    : convolutions(net, features, head);
  const x = net.layer(hidden, 'box/features');
  return {
    logits: net.linear(x, 'roi_heads.box_predictor.cls_score', 'none', 'box/logits'),
    offsets: net.linear(x, 'roi_heads.box_predictor.bbox_pred', 'none', 'box/offsets'),
  };
}

function convolutions(net: Net, features: Value, head: string): Value {
  let x = features;
  let i = 0;
  for (; net.has(`${head}.${i}.0.weight`); i++)
    x = net.conv(x, `${head}.${i}.0`, {
      norm: net.has(`${head}.${i}.1.running_mean`) ? `${head}.${i}.1` : undefined,
      activation: 'relu',
    });
  // In the module list, a Flatten follows the convolutions, and a ReLU follows each fully connected layer.
  x = flatten(net, x);
  for (let module = i + 1; module === i + 1 || net.has(`${head}.${module}.weight`); module += 2)
    x = net.linear(x, `${head}.${module}`, 'relu');
  return x;
}

function flatten({ b }: Net, features: Value): Value {
  return b.op('Flatten', [features], { axis: 1 });
}
