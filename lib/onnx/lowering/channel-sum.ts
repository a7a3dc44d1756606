import { float32 } from '../../tensor/tensor.js';
import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import type { Node } from '../graph/graph.js';
import type { Form } from './form.js';

/** The band has channels² elements; with more channels, pooling is cheaper. */
export const mostChannels = 1024;

/**
 * Average pooling along channels that are the rows of a plane (as `grad` writes the sums of LRN), as a 1×1 convolution
 * with a banded matrix.
 */
export const channelSum: Form = {
  operators: ['AveragePool'],
  targets: ['cpu', 'wasm'],
  lower: (site) => {
    const [planes, shape] = [site.input(0), site.floatShape(0)];
    const band = bandOf(site.node);
    if (planes === undefined || shape?.length !== 4 || shape[1] !== 1 || band === null) return null;
    const [, , channels] = shape;
    if (typeof channels !== 'number' || channels > mostChannels) return null;
    return [meanOfChannels(site.b, planes, channels, band)];
  },
};

/** How many channels before and after each one are averaged with it. */
interface Band {
  readonly before: number;
  readonly after: number;
}

/** The channels that a pooling along the rows of planes averages; `null` for other poolings. */
function bandOf(node: Node): Band | null {
  const [size = 0, width = 0] = attr.ints(node, 'kernel_shape');
  const [before = 0, left, after = 0, right] = attr.ints(node, 'pads', [0, 0, 0, 0]);
  const isAlongRows =
    width === 1 &&
    left === 0 &&
    right === 0 &&
    before + after === size - 1 &&
    attr.ints(node, 'strides', [1, 1]).every((stride) => stride === 1) &&
    attr.ints(node, 'dilations', [1, 1]).every((step) => step === 1) &&
    attr.int(node, 'ceil_mode', 0) === 0 &&
    attr.int(node, 'count_include_pad', 0) === 1 &&
    attr.string(node, 'auto_pad', 'NOTSET') === 'NOTSET';
  return isAlongRows ? { before, after } : null;
}

/**
 * The mean of each channel and those near it; beyond the first and the last there are zeros.
 * @param planes N × 1 × channels × pixels, as the result
 */
export function meanOfChannels(b: Builder, planes: Value, channels: number, { before, after }: Band): Value {
  const band = new Float32Array(channels * channels);
  for (let row = 0; row < channels; row++) {
    const [first, end] = [Math.max(row - before, 0), Math.min(row + after + 1, channels)];
    band.fill(1 / (before + 1 + after), row * channels + first, row * channels + end);
  }
  const kernel = b.constant(float32(band, [channels, channels, 1, 1]));
  return b.reshape(b.op('Conv', [b.reshape(planes, [0, channels, 1, -1]), kernel]), [0, 1, channels, -1]);
}
