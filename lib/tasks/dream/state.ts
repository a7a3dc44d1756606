import { combine } from '../../image/color/combine.js';
import { resize } from '../../image/geometry/resize.js';
import type { Image, Planes } from '../../image/image.js';
import { clampTo } from '../../optim/optimize.js';
import type { ZoomStep } from './dream.js';

/** A step as data, which can be sent: its picture is made of two when it is read. */
export interface DreamState extends Omit<ZoomStep, 'image'> {
  /** The photograph at its full size. */
  readonly full: Image;
  /** What the dream adds to it, at the size of the octave. */
  readonly detail: Planes<3>;
}

/** The picture so far, at its full size, in [0, 1]. */
export function pictureOf({ full, detail }: Pick<DreamState, 'full' | 'detail'>): Image {
  return clamped(combine(full, resize(detail, full), 1));
}

export function stepOf({ full, detail, ...step }: DreamState): ZoomStep {
  return {
    ...step,
    get image() {
      return pictureOf({ full, detail });
    },
  };
}

/** The same planes, with every value brought into [0, 1]. */
export function clamped(picture: Planes<3>): Image {
  clampTo(0, 1)(picture.data);
  return picture;
}
