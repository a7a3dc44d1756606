import { clamp } from '../../image/color/clamp.js';
import { combine } from '../../image/color/combine.js';
import { resize } from '../../image/geometry/resize.js';
import type { Image } from '../../image/image.js';
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

/** A step as data that can be sent: its image is computed from three pictures when it is read. */
export interface DreamState extends Omit<DreamStep, 'image'> {
  /** The photograph at its full size. */
  readonly full: Image;
  /** The photograph at the size of the octave. */
  readonly base: Image;
  /** The dream at the size of the octave: a copy, which the next step does not change. */
  readonly dreamed: Image;
}

/** The picture so far, at its full size, in [0, 1]. */
export function pictureOf({ full, base, dreamed }: Pick<DreamState, 'full' | 'base' | 'dreamed'>): Image {
  return clamp(combine(full, resize(combine(dreamed, base, -1), full), 1));
}

export function stepOf({ full, base, dreamed, ...step }: DreamState): DreamStep {
  return {
    ...step,
    get image() {
      return pictureOf({ full, base, dreamed });
    },
  };
}
