import type { Size } from '../../image/image.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import { float32 } from '../../tensor/tensor.js';
import { encodeBoxes, pairwiseIou } from './boxes.js';
import { buildFirstStage, classesOf, type FirstStage } from './build.js';
import { matchBoxes, type Matches, sampleBoxes, type Sampling } from './matching.js';
import type { LearnedTensors } from './net.js';
import { cutRegions, predictBoxes } from './regions.js';
import { boxWeights, type FasterRcnnTraits } from './settings.js';

/** The settings of detection, and how training samples. */
export interface TrainingTraits extends FasterRcnnTraits {
  /** Which anchors enter the losses of the first stage. */
  readonly anchorSampling: Sampling;
  /** Which proposals enter the losses of the second stage. */
  readonly proposalSampling: Sampling;
}

/** torchvision's settings for training: more proposals than in detection. */
export const trainingDefaults = {
  preNmsTopN: 2000,
  postNmsTopN: 2000,
  anchorSampling: { count: 256, positive: 0.5 },
  proposalSampling: { count: 512, positive: 0.25 },
} as const;

/** torchvision's names of the losses; `loss` is their sum. */
export const lossNames = ['loss_objectness', 'loss_rpn_box_reg', 'loss_classifier', 'loss_box_reg'] as const;

export interface FasterRcnnLosses {
  /**
   * Inputs: `image`, 1×3×height×width RGB in [0, 1]; `target_boxes`, `[objects, 4]` in pixels of the picture, with
   * sides over 0; `target_labels`, int64 `[objects]`, from 1; `seed`, int64 `[1]`. Outputs: `lossNames` and their sum
   * `loss`, scalars. `objects` may be 0: the whole picture is background, and the losses of boxes are 0.
   */
  readonly model: Model;
  /** torchvision's names of all weights that the losses depend on. Statistics of batch normalization are fixed. */
  readonly weights: readonly string[];
  /** Values that `grad` must treat as constant: the second stage's proposals (Ren et al. 2015, section 3.2). */
  readonly stopGradient: readonly string[];
}

/** The |x| at which smooth L1 changes from quadratic to linear. */
const beta = 1 / 9;

/**
 * Builds the four losses of Faster R-CNN as one graph, from a picture and its objects, with matching, sampling and
 * encoding as in torchvision. Batch normalization is not folded: each weight stays a constant that `grad` can
 * differentiate by.
 */
export function buildFasterRcnnLosses(
  learned: LearnedTensors,
  traits: TrainingTraits,
  size: Size | undefined,
): FasterRcnnLosses {
  const stage = buildFirstStage(learned, traits, 'keep', size);
  const { net, transformed } = stage;
  const { b } = net;
  const given = b.input('target_boxes', 'float32', ['objects', 4]);
  const labels = b.input('target_labels', 'int64', ['objects']);
  const seed = b.input('seed', 'int64', [1]);
  const boxes = b.div(given, transformed.toOriginal);
  const [objectness, rpnBoxes] = firstStageLosses(b, stage, boxes, seed, traits.anchorSampling);
  const proposals = b.op('Identity', [stage.proposals.boxes], {}, { name: 'rpn/proposals' });
  const candidates = b.concat([proposals, boxes], 0);
  const [classifier, boxReg] = secondStageLosses(
    stage,
    candidates,
    { boxes, labels, seed: b.add(seed, 2) },
    traits.proposalSampling,
  );
  const losses = [objectness, rpnBoxes, classifier, boxReg];
  losses.forEach((loss, i) => b.output(loss, lossNames[i]));
  const total = losses.reduce((sum, loss) => b.add(sum, loss));
  b.output(total, 'loss');
  const fixed = /running_(mean|var)$/;
  return {
    model: b.model(),
    weights: [...learned.keys()].filter((name) => b.has(name) && !fixed.test(name)),
    stopGradient: [proposals.name],
  };
}

function firstStageLosses(
  b: Builder,
  { rpn }: FirstStage,
  boxes: Value,
  seed: Value,
  sampling: Sampling,
): readonly [objectness: Value, boxes: Value] {
  const all = (part: 'anchors' | 'objectness' | 'offsets') =>
    b.concat(
      rpn.map((level) => level[part]),
      0,
    );
  const [anchors, objectness, offsets] = [all('anchors'), all('objectness'), all('offsets')];
  const thresholds = { foreground: 0.7, background: 0.3, lowQuality: true };
  const matches = matchBoxes(b, pairwiseIou(b, boxes, anchors), thresholds);
  const { positives, negatives } = sampleBoxes(b, matches, seed, sampling);
  const count = b.cast(b.add(b.dim(positives, 0), b.dim(negatives, 0)), 'float32');
  const [yes, no] = [b.gather(objectness, positives, 0), b.gather(objectness, negatives, 0)];
  // −ln σ(x) for objects, −ln(1 − σ(x)) for background.
  const entropy = b.add(b.sum(softplus(b, b.neg(yes))), b.sum(softplus(b, no)));
  const wanted = encodeBoxes(b, targetsOf(b, boxes, matches, positives), b.gather(anchors, positives, 0));
  const error = smoothL1(b, b.sub(b.gather(offsets, positives, 0), wanted));
  return [scalar(b, b.div(entropy, count)), scalar(b, b.div(b.sum(error), count))];
}

interface Targets {
  readonly boxes: Value;
  readonly labels: Value;
  readonly seed: Value;
}

function secondStageLosses(
  { net, features }: FirstStage,
  candidates: Value,
  { boxes, labels, seed }: Targets,
  sampling: Sampling,
): readonly [classifier: Value, boxes: Value] {
  const { b } = net;
  const thresholds = { foreground: 0.5, background: 0.5, lowQuality: false };
  const matches = matchBoxes(b, pairwiseIou(b, boxes, candidates), thresholds);
  const { positives, negatives } = sampleBoxes(b, matches, seed, sampling);
  const sampled = b.concat([positives, negatives], 0);
  const regions = cutRegions(b, b.gather(candidates, sampled, 0), features);
  const { logits, offsets } = predictBoxes(net, regions.features);
  // cutRegions sorts regions by level, so the targets are put into the same order.
  const found = b.gather(labels, b.gather(matches.object, positives, 0), 0);
  const nothing = b.expand(b.scalar(0, 'int64'), b.dim(negatives, 0));
  const classes = b.gather(b.concat([found, nothing], 0), regions.order, 0);
  const classifier = b.op('SoftmaxCrossEntropyLoss', [logits, classes], { reduction: 'mean' });
  const targets = b.gather(targetsOf(b, boxes, matches, sampled), regions.order, 0);
  const wanted = b.unsqueeze(encodeBoxes(b, targets, regions.boxes, boxWeights), [1]);
  const own = ownClass(b, classes, classesOf(net));
  const error = smoothL1(b, b.sub(b.reshape(offsets, [0, -1, 4]), wanted));
  const count = b.cast(b.dim(sampled, 0), 'float32');
  return [scalar(b, classifier), scalar(b, b.div(b.sum(b.mul(error, own)), count))];
}

/** The boxes of the objects that boxes at these places are matched with; an arbitrary box if there are no objects. */
function targetsOf(b: Builder, boxes: Value, { object }: Matches, places: Value): Value {
  const any = b.constant(float32([0, 0, 1, 1], [1, 4]));
  return b.gather(b.concat([boxes, any], 0), b.gather(object, places, 0), 0);
}

/** One-hot classes of regions, `[regions, classes, 1]`; all 0 for the background, which has no box. */
function ownClass(b: Builder, labels: Value, classes: number): Value {
  const numbers = b.op('Range', [b.scalar(0, 'int64'), b.scalar(classes, 'int64'), b.scalar(1, 'int64')]);
  const own = b.equal(b.unsqueeze(labels, [1]), numbers);
  return b.unsqueeze(b.cast(b.and(own, b.greater(numbers, 0)), 'float32'), [2]);
}

/** ½x²/β up to β, |x| − ½β beyond (Girshick 2015, with torchvision's β). */
function smoothL1(b: Builder, x: Value): Value {
  const size = b.abs(x);
  return b.where(b.less(size, beta), b.mul(b.square(x), 0.5 / beta), b.sub(size, 0.5 * beta));
}

/** ln(1 + eˣ), without overflow. */
function softplus(b: Builder, x: Value): Value {
  return b.add(b.relu(x), b.log(b.add(b.exp(b.neg(b.abs(x))), 1)));
}

function scalar(b: Builder, x: Value): Value {
  return b.reshape(x, []);
}
