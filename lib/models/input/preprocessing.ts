import { OneirosError } from '../../base/errors.js';
import type { Value } from '../../onnx/builder.js';
import type { Builder } from '../../onnx/ops.js';
import { float32 } from '../../tensor/tensor.js';

export type Triple = readonly [number, number, number];

/** What a network was trained to see of RGB in [0, 1]: (scale · x − mean) / std, its channels in this order. */
export interface Preprocessing {
  readonly order: 'rgb' | 'bgr';
  readonly scale: number;
  /** In the channels' order, as are the standard deviations. */
  readonly mean: Triple;
  readonly std: Triple;
}

/**
 * The usual ones by name:
 * - `caffe`     BGR 0…255 minus ImageNet's mean color: the VGG authors' own, and Keras's
 * - `bvlc`      the same, with the mean rounded: Caffe's GoogLeNet, and SqueezeNet
 * - `imagenet`  RGB 0…1 minus the mean, divided by the standard deviation: torchvision
 * - `none`      RGB 0…1 as it is
 */
export const preprocessings = {
  caffe: { order: 'bgr', scale: 255, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] },
  bvlc: { order: 'bgr', scale: 255, mean: [104, 117, 123], std: [1, 1, 1] },
  imagenet: { order: 'rgb', scale: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  none: { order: 'rgb', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
} as const satisfies Readonly<Record<string, Preprocessing>>;

export type PreprocessingName = keyof typeof preprocessings;

export const preprocessingNames = [
  'caffe',
  'bvlc',
  'imagenet',
  'none',
] as const satisfies readonly PreprocessingName[];

/** Its numbers, given by name or as they are. */
export function preprocessingOf(given: PreprocessingName | Preprocessing): Preprocessing {
  return typeof given === 'string' ? preprocessings[given] : given;
}

/**
 * Reads what a checkpoint says of its input, such as `BGR, 0..255, minus mean (104,117,123)`, with or without
 * `divided by (…)`; `null` if it says something else.
 */
export function parsePreprocessing(text: string): Preprocessing | null {
  const match = /^(RGB|BGR), 0\.\.(\d+)(?:, minus (?:mean )?\(([^)]*)\))?(?:, divided by \(([^)]*)\))?$/.exec(
    text,
  );
  if (match === null) return null;
  const [, order, scale, mean = '0,0,0', std = '1,1,1'] = match;
  const [means, stds] = [triple(mean), triple(std)];
  if (means === null || stds === null) return null;
  return { order: order === 'BGR' ? 'bgr' : 'rgb', scale: Number(scale), mean: means, std: stds };
}

/** What `parsePreprocessing` reads. */
export function formatPreprocessing({ order, scale, mean, std }: Preprocessing): string {
  const minus = mean.some((value) => value !== 0) ? `, minus mean (${mean.join(',')})` : '';
  const divided = std.some((value) => value !== 1) ? `, divided by (${std.join(',')})` : '';
  return `${order.toUpperCase()}, 0..${scale}${minus}${divided}`;
}

function triple(text: string): Triple | null {
  const [a = NaN, b = NaN, c = NaN, ...more] = text.split(',').map(Number);
  return more.length === 0 && [a, b, c].every(Number.isFinite) ? [a, b, c] : null;
}

/** How the names of a preprocessing's constants begin, which nobody has learned. */
export const fixedConstants = 'preprocessing.';

/**
 * One 1×1 convolution that makes of RGB in [0, 1] what the network was trained on.
 * @throws OneirosError `bad-argument` for a standard deviation of 0, or numbers that are none
 */
export function preprocess(b: Builder, image: Value, preprocessing: Preprocessing, name: string): Value {
  const { order, scale, mean, std } = preprocessing;
  if (![scale, ...mean, ...std].every(Number.isFinite) || std.includes(0))
    throw new OneirosError(
      'bad-argument',
      `a preprocessing needs finite numbers and no std of 0, not ${formatPreprocessing(preprocessing)}`,
    );
  const kernel = new Float32Array(9);
  std.forEach((deviation, channel) => {
    kernel[3 * channel + (order === 'bgr' ? 2 - channel : channel)] = scale / deviation;
  });
  const weight = b.constant(float32(kernel, [3, 3, 1, 1]), b.fresh(`${fixedConstants}weight`));
  const bias = b.constant(
    float32(mean.map((value, channel) => -value / std[channel]!)),
    b.fresh(`${fixedConstants}bias`),
  );
  return b.op('Conv', [image, weight, bias], {}, { name });
}

/** One channel of three, 1×1×height×width: ITU-R BT.601's, as PIL and OpenCV make gray of colors. */
export function luminance(b: Builder, image: Value): Value {
  const channels = [0.299, 0.587, 0.114].map((share, c) => b.mul(b.slice(image, [1], [c], [c + 1]), share));
  return channels.reduce((sum, channel) => b.add(sum, channel));
}
