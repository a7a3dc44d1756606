import { OneirosError } from '../../base/errors.js';
import { type Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { float32 } from '../../tensor/tensor.js';
import { anchorsOf, cellAnchors } from './anchors.js';
import { clipBoxes, decodeBoxes, isLarge } from './boxes.js';
import type { Net } from './net.js';
import type { Transformed } from './resize-and-pad.js';
import { type FasterRcnnTraits, smallestProposal } from './settings.js';

/** The predictions of the region proposal network for the anchors of one level. */
export interface RpnLevel {
  /** `[anchors, 4]` */
  readonly anchors: Value;
  /** Logits, `[anchors]`. */
  readonly objectness: Value;
  /** `[anchors, 4]` */
  readonly offsets: Value;
}

/** The region proposal network (Ren et al. 2015) on each level of a pyramid. */
export function regionProposals(
  net: Net,
  levels: readonly Value[],
  padded: Value,
  { anchorSizes, aspectRatios }: FasterRcnnTraits,
): readonly RpnLevel[] {
  const { b } = net;
  return levels.map((level, i) => {
    const cell = cellAnchors(anchorSizes[anchorSizes.length === 1 ? 0 : i] ?? [], aspectRatios);
    const hidden = hiddenLayers(net, level);
    const logits = net.conv(hidden, 'rpn.head.cls_logits', { as: `rpn/objectness/${i}` });
    const offsets = net.conv(hidden, 'rpn.head.bbox_pred', { as: `rpn/offsets/${i}` });
    const count = cell.dims[0]!;
    checkAnchors(logits, count, anchorSizes.length, levels.length);
    const each = b.reshape(
      offsets,
      b.concat([b.sizes([1, count, 4]), b.slice(b.shape(offsets), [0], [2], [4])], 0),
    );
    return {
      anchors: anchorsOf(b, level, padded, cell),
      objectness: b.reshape(b.transpose(logits, [0, 2, 3, 1]), [-1]),
      offsets: b.reshape(b.transpose(each, [0, 3, 4, 1, 2]), [-1, 4]),
    };
  });
}

function hiddenLayers(net: Net, level: Value): Value {
  // Before torchvision 0.13, the name had no numbers.
  if (net.has('rpn.head.conv.weight')) return net.conv(level, 'rpn.head.conv', { activation: 'relu' });
  let x = level;
  for (let i = 0; i === 0 || net.has(`rpn.head.conv.${i}.0.weight`); i++)
    x = net.conv(x, `rpn.head.conv.${i}.0`, { activation: 'relu' });
  return x;
}

function checkAnchors(logits: Value, count: number, lists: number, levels: number): void {
  const found = shapeOf(logits)[1];
  if (found !== count || (lists !== 1 && lists !== levels))
    throw new OneirosError(
      'bad-input',
      `rpn.head.cls_logits has ${found ?? 'no'} anchors at each position of ${levels} levels, but anchorSizes and aspectRatios ` +
        `define ${count} at each position of ${lists === 1 ? levels : lists}`,
    );
}

export interface Proposals {
  /** `[proposals, 4]`, in pixels of the resized picture, sorted by descending score. */
  readonly boxes: Value;
  /** Probabilities, `[proposals]`. */
  readonly scores: Value;
}

/** The best proposals of all levels, after non-maximum suppression within each level. */
export function selectProposals(
  b: Builder,
  levels: readonly RpnLevel[],
  { width, height }: Transformed,
  traits: FasterRcnnTraits,
): Proposals {
  const kept = levels.map((level) => bestOfLevel(b, level, width, height, traits));
  const boxes = b.concat(
    kept.map((level) => level.boxes),
    0,
  );
  const scores = b.concat(
    kept.map((level) => level.scores),
    0,
  );
  const best = topK(b, scores, traits.postNmsTopN);
  return { boxes: b.gather(boxes, best, 0), scores: b.gather(scores, best, 0) };
}

function bestOfLevel(
  b: Builder,
  { anchors, objectness, offsets }: RpnLevel,
  width: Value,
  height: Value,
  traits: FasterRcnnTraits,
): Proposals {
  const best = topK(b, objectness, traits.preNmsTopN);
  const decoded = decodeBoxes(b, b.gather(offsets, best, 0), b.gather(anchors, best, 0));
  const boxes = clipBoxes(b, decoded, width, height);
  const scores = b.sigmoid(b.gather(objectness, best, 0));
  const valid = b.and(isLarge(b, boxes, smallestProposal), b.greaterOrEqual(scores, traits.rpnScore));
  const places = suppress(b, b.unsqueeze(boxes, [0]), b.unsqueeze(b.where(valid, scores, -1), [0, 1]), {
    iou: traits.rpnNms,
    limit: traits.postNmsTopN,
    score: 0,
  });
  const [, , place] = columnsOf(b, places);
  return { boxes: b.gather(boxes, place, 0), scores: b.gather(scores, place, 0) };
}

/** The indices of the `limit` largest values, or of all if there are fewer, in descending order of value. */
export function topK(b: Builder, values: Value, limit: number): Value {
  const count = b.op('Min', [b.dim(values, 0), b.sizes([limit])]);
  const [, places] = b.ops('TopK', [values, count], 2, { axis: 0, largest: 1, sorted: 1 });
  return places!;
}

export interface Suppression {
  readonly iou: number;
  /** The maximum number of boxes kept in each list. */
  readonly limit: number;
  /** Boxes must score more than this. */
  readonly score: number;
}

/**
 * Non-maximum suppression within each of several lists of boxes, `[lists, boxes, 4]`, with scores `[lists, 1, boxes]`.
 * @returns rows of (list, 0, box)
 */
export function suppress(b: Builder, boxes: Value, scores: Value, { iou, limit, score }: Suppression): Value {
  const number = (value: number) => b.constant(float32(Float32Array.of(value), [1]));
  return b.op('NonMaxSuppression', [boxes, scores, b.sizes([limit]), number(iou), number(score)]);
}

/** The three columns of the result of `suppress`, each `[rows]`. */
export function columnsOf(b: Builder, rows: Value): readonly [Value, Value, Value] {
  const column = (i: number) => b.reshape(b.slice(rows, [1], [i], [i + 1]), [-1]);
  return [column(0), column(1), column(2)];
}
