import type { Image } from '../../image/image.js';

/** What every task that works step by step on a picture gives after a step. */
export interface PictureStep {
  /** Steps done, of how many. */
  readonly done: number;
  readonly total: number;
  /** Which part of the work the step belongs to, 1 for the first, of how many: octaves of a dream, scales of a style. */
  readonly part: number;
  readonly parts: number;
  /** What is raised or lowered: a dream's objective, a style's loss. */
  readonly value: number;
  /** The picture so far, in [0, 1]. */
  readonly image: Image;
}
