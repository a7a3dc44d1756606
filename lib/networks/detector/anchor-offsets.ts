import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { largestGrowth } from '../../models/faster-rcnn/settings.js';
import type { Box } from './detector.js';

/**
 * Offsets of a box from an anchor: the center's as fractions of the anchor's size, the size's as natural logarithms.
 */
export type BoxOffsets = readonly [dx: number, dy: number, dw: number, dh: number];

/** Factors that offsets are multiplied by; Faster R-CNN's second stage uses 10, 10, 5, 5. */
export type BoxWeights = readonly [number, number, number, number];
const ones: BoxWeights = [1, 1, 1, 1];

/**
 * The offsets of `box` from `anchor` (Girshick et al. 2014).
 * @param weights factors of the offsets. @default 1, 1, 1, 1
 * @throws OneirosError `bad-argument` for a box without width or height
 */
export function encodeBox(box: Box, anchor: Box, weights: BoxWeights = ones): BoxOffsets {
  check('encodeBox', { box: [box, kind.box], anchor: [anchor, kind.box], weights: [weights, kind.box] });
  const [from, to] = [centered(anchor), centered(box)];
  if (!(from.width > 0 && from.height > 0 && to.width > 0 && to.height > 0))
    throw new OneirosError(
      'bad-argument',
      `expected a box and an anchor with width and height over 0, but got [${box.join(', ')}] and [${anchor.join(', ')}]`,
    );
  return [
    (weights[0] * (to.x - from.x)) / from.width,
    (weights[1] * (to.y - from.y)) / from.height,
    weights[2] * Math.log(to.width / from.width),
    weights[3] * Math.log(to.height / from.height),
  ];
}

/** The box at `offsets` from `anchor`: the inverse of `encodeBox`. As in torchvision, sides grow at most 62.5-fold. */
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

function centered([x0, y0, x1, y1]: Box) {
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width: x1 - x0, height: y1 - y0 };
}
