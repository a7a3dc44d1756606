import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { boxOverlap } from '../../metrics/boxes/boxes.js';
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
