import { float32 } from '../../tensor/tensor.js';
import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import type { Node } from '../graph/graph.js';
import type { Form } from './form.js';
import { forTwoAxes, winograd } from './winograd-matrices.js';

/** Results of a tile along each axis: 4 × 4 results take 36 products for each pair of channels instead of 144. */
const outputs = 4;
const taps = 3;
const side = outputs + taps - 1;
const matrices = winograd(outputs, taps, [0, 1, -1, 2, -2]);

/**
 * Convolution by 3 × 3 kernels with stride 1 as Winograd's F(4×4, 3×3) (Lavin and Gray, 2015). Tiles of 6 × 6 elements are
 * transformed by a strided convolution, so that the convolution becomes 36 matrix products over channels; another
 * product transforms them back. A quarter of the multiplications, against the transforms' cost per channel. Relative
 * error about 3e-6.
 */
export const winogradConvolution: Form = {
  operators: ['Conv'],
  targets: ['cpu'],
  lower: (site) => {
    const { b, node } = site;
    const [x, w, bias] = [site.input(0), site.input(1), site.input(2)];
    const [kernels, channels, ...kernel] = site.floatShape(1) ?? [];
    const isPlain =
      site.floatShape(0)?.length === 4 &&
      site.floatShape(0)?.[0] === 1 &&
      kernel.length === 2 &&
      kernel.every((size) => size === taps) &&
      attr.ints(node, 'strides', [1, 1]).every((stride) => stride === 1) &&
      attr.ints(node, 'dilations', [1, 1]).every((step) => step === 1) &&
      attr.int(node, 'group', 1) === 1 &&
      attr.string(node, 'auto_pad', 'NOTSET') === 'NOTSET';
    if (!isPlain || x === undefined || w === undefined) return null;
    if (typeof kernels !== 'number' || typeof channels !== 'number' || !pays(kernels, channels)) return null;
    if (!site.origins.isConstant(w.name)) return null;
    const y = convolved(b, node, x, w, kernels, channels);
    return [bias === undefined ? y : b.add(y, b.reshape(bias, [1, -1, 1, 1]))];
  },
};

/**
 * Whether the products saved are more than the transforms take: those save kernels · channels each, these take kernels +
 * channels. Measured on two cores from 64 → 64 channels (1.16 × the time) to 128 → 64 (0.87 ×) and 64 → 192 (0.73 ×).
 */
function pays(kernels: number, channels: number): boolean {
  return (kernels * channels) / (kernels + channels) >= leastRatio;
}

const leastRatio = 42;

function convolved(b: Builder, node: Node, x: Value, w: Value, kernels: number, channels: number): Value {
  const [top = 0, left = 0, bottom = 0, right = 0] = attr.ints(node, 'pads', [0, 0, 0, 0]);
  // Channels are images of one channel: 36 filters, at each tile, make the factors. The last tiles may reach beyond.
  const filters = b.constant(float32(forTwoAxes(matrices.tile), [side * side, 1, side, side]));
  const tiles = b.op('Conv', [b.reshape(x, [channels, 1, b.dim(x, 2), b.dim(x, 3)]), filters], {
    strides: [outputs, outputs],
    pads: [top, left, bottom + outputs - 1, right + outputs - 1],
  });
  const factors = b.transpose(b.reshape(tiles, [channels, side * side, -1]), [1, 0, 2]);
  const products = b.matmul(kernelFactors(b, w, kernels, channels), factors);
  const back = b.constant(float32(forTwoAxes(matrices.results), [outputs * outputs, side * side]));
  const results = b.matmul(back, b.reshape(products, [side * side, -1]));
  const image = interleaved(b, results, kernels, b.dim(tiles, 2));
  const height = b.add(b.dim(x, 2), top + bottom - taps + 1);
  const width = b.add(b.dim(x, 3), left + right - taps + 1);
  return cropped(b, image, height, width);
}

/** 1 × kernels × (4 · rows) × columns, from (row and column in a tile) × (kernels, tiles). Concat is the fastest way. */
function interleaved(b: Builder, results: Value, kernels: number, rows: Value): Value {
  const each = b.split(results, Array<number>(outputs * outputs).fill(1), 0, outputs * outputs);
  const lines = Array.from({ length: outputs }, (_, row) => {
    const elements = each.slice(row * outputs, (row + 1) * outputs).map((part) => b.reshape(part, [-1, 1]));
    return b.reshape(b.concat(elements, 1), [b.mul(rows, kernels), 1, -1]);
  });
  return b.reshape(b.concat(lines, 1), [1, kernels, b.mul(rows, outputs), -1]);
}

/** The image without what the last tiles have beyond it. */
function cropped(b: Builder, image: Value, height: Value, width: Value): Value {
  const [, , rows, columns] = image.type?.shape ?? [];
  const isWhole = rows === height.content?.[0] && columns === width.content?.[0];
  return isWhole ? image : b.slice(image, [2, 3], [0, 0], [height, width]);
}

/** 36 × kernels × channels. ONNX Runtime computes them once, when it loads the model. */
function kernelFactors(b: Builder, w: Value, kernels: number, channels: number): Value {
  const transform = b.constant(float32(forTwoAxes(matrices.kernel), [side * side, taps * taps]));
  const taking = b.swap(b.reshape(w, [kernels * channels, taps * taps]));
  return b.reshape(b.matmul(transform, taking), [side * side, kernels, channels]);
}
