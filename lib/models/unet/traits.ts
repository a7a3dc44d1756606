import type { OptionKinds } from '../../base/arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
/** How a U-Net climbs a level: by a learned 2×2 transposed convolution of stride 2, or by making pixels in between. */
export type Climb = 'transposed' | 'bilinear' | 'nearest';

/** What becomes of the network's scores at the end. */
export type UNetActivation = 'none' | 'sigmoid' | 'softmax';

/** What weights do not tell of a U-Net. */
export interface UNetTraits {
  /**
   * Of the 3×3 convolutions: `same` keeps sizes by zeros around; `valid` has none, so that every output sees real
   * pixels only: Ronneberger et al. 2015, with skips cropped and the picture mirrored beyond its edges.
   */
  readonly padding: 'same' | 'valid';
  /** How to climb where the weights have no transposed convolution. Bilinear: corners meet corners, as milesial. */
  readonly resize: Exclude<Climb, 'transposed'>;
  /** Which channels come first where a skip joins in. */
  readonly concat: 'skip-first' | 'up-first';
  /**
   * What happens to sizes that cannot be halved: `pad-features` lets pooling drop the odd row and puts zeros around
   * what has climbed to the skip's size (milesial); `pad-image` mirrors the picture up to a size that can.
   */
  readonly oddSizes: 'pad-features' | 'pad-image';
  /** Whether a ReLU stands before the activation. */
  readonly headRelu: boolean;
  readonly activation: UNetActivation;
}

export const unetTraitKinds: OptionKinds<Partial<UNetTraits>> = {
  padding: oneOf('same', 'valid'),
  resize: oneOf('bilinear', 'nearest'),
  concat: oneOf('skip-first', 'up-first'),
  oddSizes: oneOf('pad-features', 'pad-image'),
  headRelu: kind.flag,
  activation: oneOf('none', 'sigmoid', 'softmax'),
};

/** Ronneberger et al. 2015 as its many descendants have it: sizes kept, any size of picture. */
export const unetTraits: UNetTraits = {
  padding: 'same',
  resize: 'bilinear',
  concat: 'skip-first',
  oddSizes: 'pad-features',
  headRelu: false,
  activation: 'none',
};

/** What the projects that name weights so build, by the dialect's name. */
export const dialectTraits: Readonly<Record<string, Partial<UNetTraits>>> = {
  mateuszbuda: { concat: 'up-first', oddSizes: 'pad-image', activation: 'sigmoid' },
  'retina-unet': {
    resize: 'nearest',
    concat: 'up-first',
    oddSizes: 'pad-image',
    headRelu: true,
    activation: 'softmax',
  },
};
