import { clamp } from '../../image/color/clamp.js';
import { combine } from '../../image/color/combine.js';
import { resize } from '../../image/geometry/resize.js';
import type { Image, Size } from '../../image/image.js';
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

/** A step as data that can be sent: its image is computed when it is read. */
export interface DreamState extends Omit<DreamStep, 'image'> {
  /** The photograph that the dream is added to; `null` in the last octave, whose dream is the picture. */
  readonly photograph: SizedPhotograph | null;
  /** The dream at the size of the octave: a copy, which the next step does not change. */
  readonly dreamed: Image;
}

/** A photograph in the sizes of a dream, which are computed when they are needed. */
export class SizedPhotograph {
  #full: Image | undefined;
  #base: Image | undefined;

  /** @param size that of the result */
  constructor(
    readonly image: Image,
    readonly size: Size,
  ) {}

  get full(): Image {
    return (this.#full ??= resizedTo(this.image, this.size));
  }

  /** At the size of an octave; the latest one is kept. */
  at(size: Size): Image {
    if (this.#base === undefined || !isSameSize(this.#base, size)) this.#base = resizedTo(this.full, size);
    return this.#base;
  }
}

/** The picture itself if it has the size. */
export function resizedTo(picture: Image, size: Size): Image {
  return isSameSize(picture, size) ? picture : resize(picture, size);
}

function isSameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

/** The picture so far, at its full size, in [0, 1]. */
export function pictureOf({ photograph, dreamed }: Pick<DreamState, 'photograph' | 'dreamed'>): Image {
  if (photograph === null) return dreamed;
  const detail = combine(dreamed, photograph.at(dreamed), -1);
  return clamp(combine(photograph.full, resize(detail, photograph.size), 1));
}

export function stepOf({ photograph, dreamed, ...step }: DreamState): DreamStep {
  return {
    ...step,
    get image() {
      return pictureOf({ photograph, dreamed });
    },
  };
}
