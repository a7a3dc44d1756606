import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { clipBoxes, decodeBoxes, isLarge } from './boxes.js';
import { columnsOf, suppress, topK } from './proposals.js';
import type { BoxPredictions } from './regions.js';
import type { Transformed } from './resize-and-pad.js';
import { boxWeights, type FasterRcnnTraits, smallestDetection } from './settings.js';

export interface Detections {
  /** `[detections, 4]`, in pixels of the resized picture, sorted by descending score. */
  readonly boxes: Value;
  /** Class numbers from 1, int64 `[detections]`. */
  readonly labels: Value;
  readonly scores: Value;
  /** The index of each detection's region, int64 `[detections]`. */
  readonly regions: Value;
}

/** The best detections of all classes, after non-maximum suppression within each class. */
export function selectDetections(
  b: Builder,
  regions: Value,
  { logits, offsets }: BoxPredictions,
  { width, height }: Transformed,
  classes: number,
  traits: FasterRcnnTraits,
): Detections {
  // Grouped by class, without the background: [classes, regions, …].
  const byClass = b.transpose(b.reshape(offsets, [-1, classes, 4]), [1, 0, 2]);
  const moved = b.slice(byClass, [0], [1], [Infinity]);
  const boxes = clipBoxes(b, decodeBoxes(b, moved, b.unsqueeze(regions, [0]), boxWeights), width, height);
  const probabilities = b.transpose(b.op('Softmax', [logits], { axis: 1 }), [1, 0]);
  const scores = b.slice(probabilities, [0], [1], [Infinity]);
  const valid = b.where(isLarge(b, boxes, smallestDetection), scores, -1);
  const rows = suppress(b, boxes, b.unsqueeze(valid, [1]), {
    iou: traits.nms,
    limit: traits.limit,
    score: traits.score,
  });
  const [list, , region] = columnsOf(b, rows);
  const place = b.add(b.mul(list, b.dim(regions, 0)), region);
  const found = b.gather(b.reshape(scores, [-1]), place, 0);
  const best = topK(b, found, traits.limit);
  return {
    boxes: b.gather(b.gather(b.reshape(boxes, [-1, 4]), place, 0), best, 0),
    labels: b.add(b.gather(list, best, 0), 1),
    scores: b.gather(found, best, 0),
    regions: b.gather(region, best, 0),
  };
}
