import type { Image } from '../../image/image.js';

/** The state of a task on a picture after a step. */
export interface PictureStep {
  /** The number of steps done. */
  readonly done: number;
  /** The number of all steps. */
  readonly total: number;
  /** The part of the work that the step belongs to, from 1: an octave of a dream, a scale of a style transfer. */
  readonly part: number;
  /** The number of parts. */
  readonly parts: number;
  /** The value that is optimized: a dream's objective (maximized), a style transfer's loss (minimized). */
  readonly value: number;
  /** The picture so far, in [0, 1]. */
  readonly image: Image;
}
