import { clamp } from '../../image/color/clamp.js';
import { combine } from '../../image/color/combine.js';
import { resize } from '../../image/geometry/resize.js';
import type { Image, Planes } from '../../image/image.js';
import type { PictureStep } from '../common/step.js';

/**
 * The state after a gradient step. Its parts are octaves, the smallest first; its value is the objective before this
 * step. Its image has the full size and is computed when it is read.
 */
export interface DreamStep extends PictureStep {
  /** The frame of a zoom sequence, from 1; the last step of a frame is the finished frame. */
  readonly frame: number;
  /** The number of frames. */
  readonly frames: number;
}

/** A step as data that can be sent: its image is computed from two pictures when it is read. */
export interface DreamState extends Omit<DreamStep, 'image'> {
  /** The photograph at its full size. */
  readonly full: Image;
  /** What the dream adds to the photograph, at the size of the octave. */
  readonly detail: Planes<3>;
}

/** The picture so far, at its full size, in [0, 1]. */
export function pictureOf({ full, detail }: Pick<DreamState, 'full' | 'detail'>): Image {
  return clamp(combine(full, resize(detail, full), 1));
}

export function stepOf({ full, detail, ...step }: DreamState): DreamStep {
  return {
    ...step,
    get image() {
      return pictureOf({ full, detail });
    },
  };
}
