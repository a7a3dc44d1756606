import { OneirosError } from '../../base/errors.js';
import type { Size } from '../../image/image.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import { selectDetections } from './detections.js';
import { type LearnedTensors, Net, type NetOptions } from './net.js';
import { type Proposals, regionProposals, type RpnLevel, selectProposals } from './proposals.js';
import { type Pyramid, pyramid } from './pyramid.js';
import { cutRegions, predictBoxes } from './regions.js';
import { transform, type Transformed } from './resize-and-pad.js';
import type { FasterRcnnTraits } from './settings.js';

/** Names of the graph's outputs. Boxes are in pixels of the original picture. */
export const outputs = {
  boxes: 'boxes',
  labels: 'labels',
  scores: 'scores',
  /** For each detection, the index of its proposal and the pyramid level of its features. */
  origins: 'origins',
  levels: 'levels',
  proposals: 'proposals',
  objectness: 'objectness',
} as const;

export interface BuiltFasterRcnn {
  /** Input `image`, 1×3×height×width RGB in [0, 1] of any size; outputs `outputs`. */
  readonly model: Model;
  readonly layers: readonly string[];
  /** The number of classes, background included. */
  readonly classes: number;
}

/** The first stage, shared by detection and training. */
export interface FirstStage {
  readonly net: Net;
  readonly image: Value;
  readonly transformed: Transformed;
  readonly features: Pyramid;
  readonly rpn: readonly RpnLevel[];
  readonly proposals: Proposals;
}

export function buildFirstStage(
  learned: LearnedTensors,
  traits: FasterRcnnTraits,
  batchNorm: NetOptions['batchNorm'],
  size?: Size,
): FirstStage {
  const net = new Net(learned, { batchNorm, epsilon: traits.epsilon });
  const { b } = net;
  const image = b.input('image', 'float32', [1, 3, size?.height ?? 'height', size?.width ?? 'width']);
  const transformed = transform(b, image, traits);
  const features = pyramid(net, transformed.padded);
  const rpn = regionProposals(net, features.levels, transformed.padded, traits);
  return { net, image, transformed, features, rpn, proposals: selectProposals(b, rpn, transformed, traits) };
}

/**
 * Builds Faster R-CNN (Ren et al. 2015) with a feature pyramid as one graph, from a picture of any size to detections.
 * @throws OneirosError `bad-input` if the weights belong to another network, or their shapes contradict each other
 */
export function buildFasterRcnn(learned: LearnedTensors, traits: FasterRcnnTraits): BuiltFasterRcnn {
  const { net, transformed, features, proposals } = buildFirstStage(learned, traits, 'fold');
  const { b } = net;
  const regions = cutRegions(b, proposals.boxes, features);
  const predictions = predictBoxes(net, regions.features);
  const classes = classesOf(net);
  const found = selectDetections(b, regions.boxes, predictions, transformed, classes, traits);
  b.output(b.mul(found.boxes, transformed.toOriginal), outputs.boxes);
  b.output(found.labels, outputs.labels);
  b.output(found.scores, outputs.scores);
  b.output(b.gather(regions.order, found.regions, 0), outputs.origins);
  b.output(b.gather(regions.levels, found.regions, 0), outputs.levels);
  b.output(b.mul(proposals.boxes, transformed.toOriginal), outputs.proposals);
  b.output(proposals.scores, outputs.objectness);
  return { model: b.model(), layers: net.layers, classes };
}

/**
 * The number of classes, background included.
 * @throws OneirosError `bad-input` if the classifier and the box regression have different numbers of classes
 */
export function classesOf(net: Net): number {
  const classes = net.outputs('roi_heads.box_predictor.cls_score');
  const boxes = net.outputs('roi_heads.box_predictor.bbox_pred');
  if (boxes === 4 * classes && classes > 1) return classes;
  throw new OneirosError(
    'bad-input',
    `the box predictor has ${classes} classes and ${boxes} offsets: expected four offsets for each class, background included`,
  );
}
