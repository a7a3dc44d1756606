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
 * product transforms them back. A quarter of the multiplications, against the transforms' cost per channel: pays from
 * some 128 channels on. Relative error about 3e-6.
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

/** Whether the products saved are more than the transforms take. */
function pays(kernels: number, channels: number): boolean {
  return Math.min(kernels, channels) >= 128;
}

function convolved(b: Builder, node: Node, x: Value, w: Value, kernels: number, channels: number): Value {
  const [top = 0, left = 0, bottom = 0, right = 0] = attr.ints(node, 'pads', [0, 0, 0, 0]);
  const images = b.dim(x, 0);
  const height = b.add(b.dim(x, 2), top + bottom - taps + 1);
  const width = b.add(b.dim(x, 3), left + right - taps + 1);
  const [down, across] = [height, width].map((size) => b.div(b.add(size, outputs - 1), outputs));
  const covered = (count: Value) => b.add(b.mul(count, outputs), taps - 1);
  const wide = [covered(down!), covered(across!)] as const;
  const beyond = [b.sub(b.sub(wide[0], b.dim(x, 2)), top), b.sub(b.sub(wide[1], b.dim(x, 3)), left)] as const;
  const padded = b.pad(x, [0, 0, top, left, 0, 0, ...beyond]);

  // Channels are images of one channel: 36 filters, at each tile, make the factors.
  const filters = b.constant(float32(forTwoAxes(matrices.tile), [side * side, 1, side, side]));
  const tiles = b.op('Conv', [b.reshape(padded, [-1, 1, ...wide]), filters], { strides: [outputs, outputs] });
  const factors = b.transpose(b.reshape(tiles, [images, channels, side * side, -1]), [0, 2, 1, 3]);
  const products = b.matmul(kernelFactors(b, w, kernels, channels), factors);
  const back = b.constant(float32(forTwoAxes(matrices.results), [outputs * outputs, side * side]));
  const results = b.matmul(back, b.reshape(products, [images, side * side, -1]));
  const apart = b.reshape(results, [images, outputs, outputs, kernels, down!, across!]);
  const image = b.reshape(b.transpose(apart, [0, 3, 4, 1, 5, 2]), [
    images,
    kernels,
    b.mul(down!, outputs),
    b.mul(across!, outputs),
  ]);
  return b.slice(image, [2, 3], [0, 0], [height, width]);
}

/** 36 × kernels × channels. ONNX Runtime computes them once, when it loads the model. */
function kernelFactors(b: Builder, w: Value, kernels: number, channels: number): Value {
  const transform = b.constant(float32(forTwoAxes(matrices.kernel), [side * side, taps * taps]));
  const taking = b.swap(b.reshape(w, [kernels * channels, taps * taps]));
  return b.reshape(b.matmul(transform, taking), [side * side, kernels, channels]);
}
