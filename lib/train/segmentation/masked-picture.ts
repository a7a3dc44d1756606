import type { Image } from '../../image/image.js';
import type { LabelData } from '../../labels/label-picture.js';
import { labeler, type LabelScheme } from '../../labels/scheme.js';
import { float32, type Float32Tensor, type NumericTensor, tensor } from '../../tensor/tensor.js';
import type { Sample, TrainingData } from '../fit/data.js';

/** A picture and its mask. */
export interface MaskedPicture {
  readonly name: string;
  readonly picture: Image;
  /** The value of each pixel, rows from the top: a number, or a color as 0xrrggbb. */
  readonly mask: LabelData;
}

/** A picture as a network's input, 1 × channels × height × width; one channel is the luminance. */
function inputOf({ width, height, data }: Image, channels: 1 | 3): Float32Tensor {
  if (channels === 3) return float32(data, [1, 3, height, width]);
  const area = width * height;
  const gray = new Float32Array(area);
  for (let i = 0; i < area; i++)
    gray[i] = 0.299 * data[i]! + 0.587 * data[area + i]! + 0.114 * data[2 * area + i]!;
  return float32(gray, [1, 1, height, width]);
}

/**
 * Pictures as samples with the inputs `image` and `target`. For two classes, `target` is 1 for the second class,
 * float32 1 × 1 × height × width; for more, it is the number of the class, int64 1 × height × width. Pixels that do not
 * count are `ignoredLabel`.
 * @throws OneirosError `bad-input` for a value that is not a class
 */
export function maskedSamples(
  pictures: readonly MaskedPicture[],
  scheme: LabelScheme,
  channels: 1 | 3,
): TrainingData {
  const labelsOf = labeler(scheme);
  const samples = pictures.map(({ name, picture, mask }): Sample => {
    const { width, height } = picture;
    return {
      image: inputOf(picture, channels),
      target: targetOf(labelsOf(mask, name), height, width, scheme.classes.length),
    };
  });
  return { length: samples.length, sample: (i) => Promise.resolve(samples[i]!) };
}

function targetOf(labels: Uint8Array, height: number, width: number, classes: number): NumericTensor {
  return classes === 2
    ? float32(Float32Array.from(labels), [1, 1, height, width])
    : tensor('int64', BigInt64Array.from(labels, BigInt), [1, height, width]);
}
