import type { OptionKinds } from '../../base/check-arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
/** How a U-Net doubles the resolution: by a learned 2×2 transposed convolution of stride 2, or by interpolation. */
export type Climb = 'transposed' | 'bilinear' | 'nearest';

/** The activation after the network's scores. */
export type UNetActivation = 'none' | 'sigmoid' | 'softmax';

/** The settings of a U-Net that do not follow from its weights. */
export interface UNetTraits {
  /**
   * Padding of the 3×3 convolutions: `same` pads with zeros and keeps sizes; `valid` does not pad, as in Ronneberger et
   * al. 2015: skips are cropped, and the picture is mirrored beyond its edges.
   */
  readonly padding: 'same' | 'valid';
  /**
   * Interpolation if the weights have no transposed convolution. `bilinear` aligns corners (`align_corners`), as
   * milesial's U-Net does.
   */
  readonly resize: Exclude<Climb, 'transposed'>;
  /** The order of channels in a concatenation: those of the skip connection first, or the upsampled ones. */
  readonly concat: 'skip-first' | 'up-first';
  /**
   * Handling of sizes that cannot be halved: with `pad-features`, pooling drops the odd row, and upsampled features are
   * padded with zeros to the size of the skip connection (milesial); `pad-image` mirrors the picture up to a divisible
   * size.
   */
  readonly oddSizes: 'pad-features' | 'pad-image';
  /** Whether a ReLU precedes the activation. */
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

/** The usual variant of Ronneberger et al. 2015: padding keeps sizes, and pictures may have any size. */
export const unetTraits: UNetTraits = {
  padding: 'same',
  resize: 'bilinear',
  concat: 'skip-first',
  oddSizes: 'pad-features',
  headRelu: false,
  activation: 'none',
};

/** The settings of the projects whose weights are recognized, by the naming scheme. */
export const traitsByScheme: Readonly<Record<string, Partial<UNetTraits>>> = {
  mateuszbuda: { concat: 'up-first', oddSizes: 'pad-image', activation: 'sigmoid' },
  'retina-unet': {
    resize: 'nearest',
    concat: 'up-first',
    oddSizes: 'pad-image',
    headRelu: true,
    activation: 'softmax',
  },
};
