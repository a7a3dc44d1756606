import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { type Random, random } from '../../tensor/random.js';
import { float32, sizeOf } from '../../tensor/tensor.js';
import type { Block, Convolution, Norm, UNetParameters } from './parameters.js';
import type { Climb } from './settings.js';

export interface UNetShape {
  /** Channels of the picture. */
  readonly channels: number;
  readonly classes: number;
  /** Channels of each level, from the highest resolution to the lowest. */
  readonly widths: readonly number[];
  /** How to double the resolution. */
  readonly climb: Climb;
  readonly batchNorm: boolean;
  /** The seed of the random weights. */
  readonly seed: number;
}

const shapeKinds: OptionKinds<Partial<UNetShape>> = {
  channels: kind.number,
  classes: kind.number,
  widths: kind.numbers,
  climb: oneOf('transposed', 'bilinear', 'nearest'),
  batchNorm: kind.flag,
  seed: kind.number,
};

/** The network of Ronneberger et al. 2015, with batch normalization, which later versions usually add. */
export const unetShape: UNetShape = {
  channels: 3,
  classes: 2,
  widths: [64, 128, 256, 512, 1024],
  climb: 'transposed',
  batchNorm: true,
  seed: 0,
};

/**
 * Initial parameters for training: weights from a normal distribution of standard deviation √(2/N) for N inputs of a
 * unit (He et al. 2015, as Ronneberger et al. advise), biases 0.
 * @throws OneirosError `bad-argument` if there are fewer than two widths, or a number of channels is not a whole number
 *   ≥ 1
 */
export function initialUNet(shape: Partial<UNetShape> = {}): UNetParameters {
  check('initialUNet', {}, shape, shapeKinds);
  const { channels, classes, widths, climb, batchNorm, seed } = withDefaults(unetShape, shape);
  const counts = [channels, classes, ...widths];
  if (widths.length < 2 || !counts.every((count) => Number.isSafeInteger(count) && count >= 1))
    throw new OneirosError(
      'bad-argument',
      `expected channels, classes and at least two widths of a U-Net, all whole numbers ≥ 1, but got ${counts.join(', ')}`,
    );
  const stream = random(seed);
  const block = (inputs: number, outputs: number): Block => [
    convolution(stream, [outputs, inputs, 3, 3], 9 * inputs, batchNorm),
    convolution(stream, [outputs, outputs, 3, 3], 9 * outputs, batchNorm),
  ];
  const encoder = widths.map((width, i) => block(widths[i - 1] ?? channels, width));
  const upwards = [...widths].reverse();
  const steps = upwards.slice(1).map((width, i) => {
    const below = upwards[i]!;
    const learned = climb === 'transposed' ? transposed(stream, below, width) : null;
    return { learned, block: block(width + (learned === null ? below : width), width) };
  });
  return {
    encoder,
    climbs: steps.map(({ learned }) => learned),
    decoder: steps.map((step) => step.block),
    head: convolution(stream, [classes, widths[0]!, 1, 1], widths[0]!, false),
  };
}

function convolution(
  stream: Random,
  dims: readonly number[],
  fanIn: number,
  batchNorm: boolean,
): Convolution {
  const outputs = dims[0]!;
  const weight = normal(stream, dims, fanIn);
  // Batch normalization would subtract a bias again, together with the mean.
  return batchNorm
    ? { weight, bias: null, norm: identityNorm(outputs) }
    : { weight, bias: float32(new Float32Array(outputs)), norm: null };
}

/** With a 2×2 kernel and stride 2, each output depends on one pixel of each input channel: the fan-in is `inputs`. */
function transposed(stream: Random, inputs: number, outputs: number): Convolution {
  const weight = normal(stream, [inputs, outputs, 2, 2], inputs);
  return { weight, bias: float32(new Float32Array(outputs)), norm: null };
}

function normal(stream: Random, dims: readonly number[], fanIn: number) {
  const deviation = Math.sqrt(2 / fanIn);
  return float32(
    Float32Array.from({ length: sizeOf(dims) }, () => deviation * stream.normal()),
    dims,
  );
}

function identityNorm(channels: number): Norm {
  const all = (value: number) => float32(new Float32Array(channels).fill(value));
  return { scale: all(1), shift: all(0), mean: all(0), variance: all(1) };
}
