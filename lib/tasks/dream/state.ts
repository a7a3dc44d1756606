import { clamp } from '../../image/color/clamp.js';
import { combine } from '../../image/color/combine.js';
import { resize } from '../../image/geometry/resize.js';
import type { Image, Planes } from '../../image/image.js';
import type { PictureStep } from '../common/step.js';

/**
 * The state after a gradient step. Its parts are octaves, the smallest first; its value is the objective before this step;
 * its image is of the full size, and computed when it is read.
 */
export interface DreamStep extends PictureStep {
  /** The frame of a zoom sequence, 1 for the first, of how many; a frame is finished with its last step. */
  readonly frame: number;
  readonly frames: number;
}

/** A step as data, which can be sent: its picture is made of two when it is read. */
export interface DreamState extends Omit<DreamStep, 'image'> {
  /** The photograph at its full size. */
  readonly full: Image;
  /** What the dream adds to it, at the size of the octave. */
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
