import { check, type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { own } from '../../base/own.js';
import type { Random } from '../../tensor/random.js';
import { float32, type Float32Tensor, type Tensor } from '../../tensor/tensor.js';
import type { Augmentation } from '../fit/data.js';
import { elasticKinds, type GeometryOptions, randomMap } from './random-pixel-map.js';
import { resampled, resampledLabels } from './resample.js';

export interface AugmentOptions extends GeometryOptions {
  /** The largest change of brightness, up or down, where the range is [0, 1]. @default 0 */
  readonly brightness?: number | undefined;
  /** The largest change of contrast: differences from the mean are multiplied by up to 1 ± this. @default 0 */
  readonly contrast?: number | undefined;
  /** The name of the picture's input, N × channels × height × width. @default 'image' */
  readonly image?: string | undefined;
  /** The names of inputs with a label for each pixel; the last two axes are height and width. @default ['target'] */
  readonly masks?: readonly string[] | undefined;
}

const augmentKinds: OptionKinds<AugmentOptions> = {
  brightness: kind.number,
  contrast: kind.number,
  image: kind.text,
  masks: kind.texts,
  crop: kind.number,
  flips: kind.flag,
  rotations: kind.flag,
  elastic: optionsOf(elasticKinds),
};

/**
 * Crops, mirrors, rotates and deforms a picture and its masks together, and changes the picture's brightness and
 * contrast.
 * @throws OneirosError `bad-argument`, from the augmentation, for inputs that are not a picture and its masks
 */
export function augmentation(options: AugmentOptions = {}): Augmentation {
  check('augmentation', {}, options, augmentKinds);
  const { brightness = 0, contrast = 0, image = 'image', masks = ['target'] } = options;
  return (sample, random) => {
    const picture = own(sample, image);
    if (picture?.dtype !== 'float32' || picture.dims.length !== 4)
      throw new OneirosError(
        'bad-argument',
        `"${image}" is not a float32 picture N × channels × height × width`,
      );
    const size = [picture.dims[2]!, picture.dims[3]!] as const;
    const map = randomMap(size, options, random);
    const changed = masks.map((name): [string, Tensor] => {
      const mask = own(sample, name);
      if (mask === undefined || mask.dtype === 'string' || mask.dims.slice(-2).join() !== size.join())
        throw new OneirosError(
          'bad-argument',
          `"${name}" is not a mask of the picture's ${size.join(' × ')} pixels`,
        );
      return [name, resampledLabels(mask, map)];
    });
    const lit = relit(resampled(picture, map), brightness, contrast, random);
    return { ...sample, ...Object.fromEntries(changed), [image]: lit };
  };
}

function relit(picture: Float32Tensor, brightness: number, contrast: number, random: Random): Float32Tensor {
  const spread = (amount: number) => amount * (2 * random.uniform() - 1);
  const [shift, factor] = [spread(brightness), 1 + spread(contrast)];
  if (shift === 0 && factor === 1) return picture;
  const { data, dims } = picture;
  let mean = 0;
  for (const value of data) mean += value / data.length;
  return float32(
    data.map((value) => (value - mean) * factor + mean + shift),
    dims,
  );
}
