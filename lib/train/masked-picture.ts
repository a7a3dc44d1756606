import { OneirosError } from '../errors.js';
import type { Image } from '../image/image.js';
import { float32, tensor, type Float32Tensor, type NumericTensor } from '../tensor/tensor.js';
import type { Sample, TrainingData } from './data.js';

/** A picture, and the grey value of each pixel in its mask, 0 … 255. */
export interface MaskedPicture {
  readonly name: string;
  readonly picture: Image;
  readonly mask: Uint8Array;
}

/** A class of pixels, and the grey value that masks show it by. */
export interface MaskClass {
  readonly name: string;
  readonly value: number;
}

/** Classes by the values that masks have, the lowest being the background. */
export function classesIn(pictures: readonly MaskedPicture[]): readonly MaskClass[] {
  const values = new Set<number>();
  for (const { mask } of pictures) for (const value of mask) values.add(value);
  if (values.size > 32)
    throw new OneirosError(
      'bad-input',
      `the masks have ${values.size} grey values, too many to be classes: name the classes and their values, and save masks without loss (PNG)`,
    );
  return [...values]
    .sort((a, b) => a - b)
    .map((value, i) => ({ name: i === 0 ? 'background' : `class ${i}`, value }));
}

/**
 * The class of each pixel, by number.
 * @throws OneirosError `bad-input` for a value that is no class
 */
export function labelsOf({ mask, name }: MaskedPicture, classes: readonly MaskClass[]): Uint8Array {
  const numbers = new Int16Array(256).fill(-1);
  classes.forEach(({ value }, i) => (numbers[value] = i));
  return mask.map((value) => {
    const label = numbers[value]!;
    if (label >= 0) return label;
    throw new OneirosError(
      'bad-input',
      `the mask of ${name} has a pixel of ${value}; classes are ${classes.map((each) => `${each.name} ${each.value}`).join(', ')}`,
    );
  });
}

/** What a network of so many channels sees of a picture: 1 × channels × height × width, one channel being its luminance. */
export function inputOf({ width, height, data }: Image, channels: 1 | 3): Float32Tensor {
  if (channels === 3) return float32(data, [1, 3, height, width]);
  const area = width * height;
  const grey = new Float32Array(area);
  for (let i = 0; i < area; i++)
    grey[i] = 0.299 * data[i]! + 0.587 * data[area + i]! + 0.114 * data[2 * area + i]!;
  return float32(grey, [1, 1, height, width]);
}

/**
 * Pictures as samples: `image`, and `target` as losses take it: of two classes 1 where the second is, float32
 * 1 × 1 × height × width; of more the class's number, int64 1 × height × width.
 */
export function maskedSamples(
  pictures: readonly MaskedPicture[],
  classes: readonly MaskClass[],
  channels: 1 | 3,
): TrainingData {
  const samples = pictures.map((each): Sample => {
    const { width, height } = each.picture;
    const labels = labelsOf(each, classes);
    return {
      image: inputOf(each.picture, channels),
      target: targetOf(labels, height, width, classes.length),
    };
  });
  return { length: samples.length, sample: (i) => Promise.resolve(samples[i]!) };
}

function targetOf(labels: Uint8Array, height: number, width: number, classes: number): NumericTensor {
  return classes === 2
    ? float32(Float32Array.from(labels), [1, 1, height, width])
    : tensor('int64', BigInt64Array.from(labels, BigInt), [1, height, width]);
}
