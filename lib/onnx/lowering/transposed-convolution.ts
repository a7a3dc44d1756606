import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import type { Form } from './form.js';

/**
 * A transposed convolution with stride s as one convolution at the resolution of its input: position s · q + r of the
 * result takes the kernel's elements r, r + s, r + 2s …, so that s² groups of channels, one for each residue r, are
 * interleaved at the end. Sums in another order, otherwise exact.
 */
export const transposedConvolution: Form = {
  operators: ['ConvTranspose'],
  targets: ['cpu'],
  lower: (site) => {
    const { b, node } = site;
    const [x, w, bias] = [site.input(0), site.input(1), site.input(2)];
    const [inputs, outputs, height, width] = site.floatShape(1) ?? [];
    const [stride = 1, across = 1] = attr.ints(node, 'strides', [1, 1]);
    const isPlain =
      site.floatShape(0)?.length === 4 &&
      stride === across &&
      stride > 1 &&
      attr.ints(node, 'dilations', [1, 1]).every((step) => step === 1) &&
      attr.int(node, 'group', 1) === 1 &&
      attr.string(node, 'auto_pad', 'NOTSET') === 'NOTSET' &&
      !attr.has(node, 'output_shape');
    if (!isPlain || x === undefined || w === undefined) return null;
    if (typeof inputs !== 'number' || typeof outputs !== 'number') return null;
    if (typeof height !== 'number' || typeof width !== 'number') return null;
    const sizes = { inputs, outputs, stride, taps: [height, width].map((size) => Math.ceil(size / stride)) };
    const pads = sizes.taps.map((taps) => taps - 1);
    const residues = b.op('Conv', [x, kernelOfResidues(b, w, sizes, [height, width])], {
      pads: [...pads, ...pads],
    });
    const whole = b.op('DepthToSpace', [residues], { blocksize: stride, mode: 'DCR' });
    const [top = 0, left = 0, bottom = 0, right = 0] = attr.ints(node, 'pads', [0, 0, 0, 0]);
    const [moreRows = 0, moreColumns = 0] = attr.ints(node, 'output_padding', [0, 0]);
    // What the last taps of each residue reach beyond the kernel.
    const [below, beside] = [height, width].map((size, i) => stride * sizes.taps[i]! - size);
    const y = b.pad(whole, [
      0,
      0,
      -top,
      -left,
      0,
      0,
      moreRows - bottom - below!,
      moreColumns - right - beside!,
    ]);
    return [bias === undefined ? y : b.add(y, b.reshape(bias, [1, -1, 1, 1]))];
  },
};

interface Sizes {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  /** How many elements of the kernel a residue takes along each axis. */
  readonly taps: readonly number[];
}

/** (s · s · outputs) × inputs × taps, from inputs × outputs × kernel: the taps are in reverse order, as Conv correlates. */
function kernelOfResidues(
  b: Builder,
  w: Value,
  { inputs, outputs, stride, taps }: Sizes,
  kernel: readonly number[],
): Value {
  const beyond = taps.map((count, i) => count * stride - kernel[i]!);
  const [rows = 1, columns = 1] = taps;
  const apart = b.reshape(b.pad(w, [0, 0, 0, 0, 0, 0, ...beyond]), [
    inputs,
    outputs,
    rows,
    stride,
    columns,
    stride,
  ]);
  const reversed = b.slice(apart, [2, 4], [-1, -1], [-Infinity, -Infinity], [-1, -1]);
  return b.reshape(b.transpose(reversed, [3, 5, 1, 0, 2, 4]), [
    stride * stride * outputs,
    inputs,
    rows,
    columns,
  ]);
}
