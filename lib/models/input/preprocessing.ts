import { OneirosError } from '../../base/errors.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { float32 } from '../../tensor/tensor.js';

export type Triple = readonly [number, number, number];

/**
 * The input that a network was trained on, from RGB x in [0, 1]: (scale · x − mean) / std, with channels in `order`.
 */
export interface Preprocessing {
  readonly order: 'rgb' | 'bgr';
  readonly scale: number;
  /** One number for each channel, in `order`; so is `std`. */
  readonly mean: Triple;
  readonly std: Triple;
}

/**
 * Common preprocessings by name:
 * - `caffe`     BGR 0…255 minus ImageNet's mean color, as the VGG authors and Keras use
 * - `bvlc`      the same with a rounded mean, as Caffe's GoogLeNet and SqueezeNet use
 * - `imagenet`  RGB 0…1 minus the mean, divided by the standard deviation, as torchvision uses
 * - `none`      RGB 0…1 unchanged
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

/** A preprocessing by its name; a `Preprocessing` is returned unchanged. */
export function preprocessingOf(given: PreprocessingName | Preprocessing): Preprocessing {
  return typeof given === 'string' ? preprocessings[given] : given;
}

/**
 * Parses the description of an input in a checkpoint, such as `BGR, 0..255, minus mean (104,117,123)`, optionally with
 * `divided by (…)`; `null` for any other text.
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

/** Formats a preprocessing as text that `parsePreprocessing` reads. */
export function formatPreprocessing({ order, scale, mean, std }: Preprocessing): string {
  const minus = mean.some((value) => value !== 0) ? `, minus mean (${mean.join(',')})` : '';
  const divided = std.some((value) => value !== 1) ? `, divided by (${std.join(',')})` : '';
  return `${order.toUpperCase()}, 0..${scale}${minus}${divided}`;
}

function triple(text: string): Triple | null {
  const [a = NaN, b = NaN, c = NaN, ...more] = text.split(',').map(Number);
  return more.length === 0 && [a, b, c].every(Number.isFinite) ? [a, b, c] : null;
}

/** The prefix of names of fixed constants, which do not count as learned parameters. */
export const fixedConstants = 'preprocessing.';

/**
 * Adds a 1×1 convolution from RGB in [0, 1] to the input that the network was trained on.
 * @throws OneirosError `bad-argument` for a standard deviation of 0, or numbers that are not finite
 */
export function preprocess(b: Builder, image: Value, preprocessing: Preprocessing, name: string): Value {
  const { order, scale, mean, std } = preprocessing;
  if (![scale, ...mean, ...std].every(Number.isFinite) || std.includes(0))
    throw new OneirosError(
      'bad-argument',
      `expected a preprocessing with finite numbers and std other than 0, but got ${formatPreprocessing(preprocessing)}`,
    );
  const kernel = new Float32Array(9);
  std.forEach((deviation, channel) => {
    kernel[3 * channel + rgbChannel(channel, order)] = scale / deviation;
  });
  const weight = b.constant(float32(kernel, [3, 3, 1, 1]), b.fresh(`${fixedConstants}weight`));
  const bias = b.constant(
    float32(mean.map((value, channel) => -value / std[channel]!)),
    b.fresh(`${fixedConstants}bias`),
  );
  return b.op('Conv', [image, weight, bias], {}, { name });
}

/** Luminance, 1×1×height×width, of RGB with ITU-R BT.601 weights, as PIL and OpenCV convert colors to gray. */
export function luminance(b: Builder, image: Value): Value {
  const channels = [0.299, 0.587, 0.114].map((share, c) => b.mul(b.slice(image, [1], [c], [c + 1]), share));
  return channels.reduce((sum, channel) => b.add(sum, channel));
}

/**
 * Which channel of an RGB picture a channel of a network's input is. Networks trained with Caffe or OpenCV, such as the
 * published GoogLeNet, take blue first.
 */
function rgbChannel(channel: number, order: 'rgb' | 'bgr'): number {
  return order === 'bgr' ? 2 - channel : channel;
}
