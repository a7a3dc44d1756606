import { check } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Size } from '../../image/image.js';
import { boxOverlap } from '../../metrics/boxes/boxes.js';
import { largestGrowth } from '../../models/faster-rcnn/traits.js';
import type { Box } from './detector.js';

/** Intersection over union of two boxes, in [0, 1]. */
export function boxIou(a: Box, b: Box): number {
  check('boxIou', { a: [a, kind.box], b: [b, kind.box] });
  return boxOverlap(a, b);
}

/** Generalized IoU (Rezatofighi et al. 2019), in (−1, 1]. */
export function generalizedBoxIou(a: Box, b: Box): number {
  check('generalizedBoxIou', { a: [a, kind.box], b: [b, kind.box] });
  return boxOverlap(a, b, { measure: 'giou' });
}

/** How a box is to be moved: its center by parts of its size, its size by natural logarithms of a factor. */
export type BoxOffsets = readonly [dx: number, dy: number, dw: number, dh: number];

/** By what offsets are multiplied; Faster R-CNN's second stage has 10, 10, 5, 5. */
export type BoxWeights = readonly [number, number, number, number];
const ones: BoxWeights = [1, 1, 1, 1];

/**
 * The offsets that make `box` of `anchor` (Girshick et al. 2014).
 * @throws OneirosError `bad-argument` for a box without width or height
 */
export function encodeBox(box: Box, anchor: Box, weights: BoxWeights = ones): BoxOffsets {
  check('encodeBox', { box: [box, kind.box], anchor: [anchor, kind.box], weights: [weights, kind.box] });
  const [from, to] = [centered(anchor), centered(box)];
  if (!(from.width > 0 && from.height > 0 && to.width > 0 && to.height > 0))
    throw new OneirosError(
      'bad-argument',
      `only boxes with a width and a height can be encoded, not [${box.join(', ')}] of [${anchor.join(', ')}]`,
    );
  return [
    (weights[0] * (to.x - from.x)) / from.width,
    (weights[1] * (to.y - from.y)) / from.height,
    weights[2] * Math.log(to.width / from.width),
    weights[3] * Math.log(to.height / from.height),
  ];
}

/** The box that offsets make of `anchor`. It does not grow by more than 62.5, as in torchvision. */
export function decodeBox(offsets: BoxOffsets, anchor: Box, weights: BoxWeights = ones): Box {
  check('decodeBox', {
    offsets: [offsets, kind.box],
    anchor: [anchor, kind.box],
    weights: [weights, kind.box],
  });
  const [dx, dy, dw, dh] = offsets;
  const from = centered(anchor);
  const x = from.x + (dx / weights[0]) * from.width;
  const y = from.y + (dy / weights[1]) * from.height;
  const width = from.width * Math.exp(Math.min(dw / weights[2], largestGrowth));
  const height = from.height * Math.exp(Math.min(dh / weights[3], largestGrowth));
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/** A box found in a picture that was letterboxed at this scale, in pixels of the original one and within it. */
export function outOfLetterbox([x0, y0, x1, y1]: Box, scale: number, { width, height }: Size): Box {
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value / scale));
  return [within(x0, width), within(y0, height), within(x1, width), within(y1, height)];
}

function centered([x0, y0, x1, y1]: Box) {
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width: x1 - x0, height: y1 - y0 };
}
