import type { Value } from '../builder/graph-builder.js';
import { numbersIn } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Conversion, Rules } from './rule.js';

/** With sizes rounded up: the padding of an axis, and how far beyond the image the last window reaches. */
interface Ceiled {
  readonly before: number;
  readonly behind: number;
  readonly reach: Value;
}

/** The spatial axes of a node that rounds sizes up; `null` for another. */
function ceiledAxes(c: Conversion, x: Value): readonly Ceiled[] | null {
  const { node, b } = c;
  if (attr.int(node, 'ceil_mode', 0) !== 1 || attr.string(node, 'auto_pad', 'NOTSET') !== 'NOTSET')
    return null;
  c.rank(x);
  const kernel = attr.ints(node, 'kernel_shape');
  const list = (name: string, otherwise: number, length: number) =>
    attr.ints(node, name, Array<number>(length).fill(otherwise));
  const [strides, dilations] = [list('strides', 1, kernel.length), list('dilations', 1, kernel.length)];
  const pads = list('pads', 0, 2 * kernel.length);
  return kernel.map((positions, i) => {
    const [before, behind, stride] = [pads[i]!, pads[i + kernel.length]!, strides[i]!];
    const extent = (positions - 1) * dilations[i]! + 1;
    const begun = b.add(b.dim(x, i + 2), before);
    const ceilDiv = (size: Value) => b.div(b.add(size, stride - 1), stride);
    // The last window begins inside the image or the padding before it.
    const windows = b.minimum(b.add(ceilDiv(b.add(begun, behind - extent)), 1), ceilDiv(begun));
    const end = b.add(b.mul(b.sub(windows, 1), stride), extent);
    return { before, behind, reach: b.sub(end, begun) };
  });
}

/**
 * What to change where a last window would begin in the padding behind the image. It does not count: ONNX states so
 * since 22, and providers have always done it, but in older sets their inference counts it, and such a model does not
 * load. With sizes rounded down and padding only as far as windows reach, both agree.
 */
function withoutLostWindows(
  c: Conversion,
  includesPadding: boolean,
): Readonly<Record<string, readonly number[] | undefined>> {
  const x = c.required(0);
  const spatial = x.type?.shape?.slice(2) ?? [null];
  // Sizes that are not known have no effect on inference.
  const axes = spatial.every((size) => typeof size === 'number') ? (ceiledAxes(c, x) ?? []) : [];
  const reached = axes.map(({ reach, behind }) => numbersIn(reach)?.[0] ?? behind);
  if (axes.every(({ behind }, i) => reached[i]! >= behind)) return {};
  // An average that includes the padding has its divisor from it.
  if (includesPadding)
    return axes.every(({ behind }, i) => reached[i]! <= behind) ? { ceil_mode: undefined } : {};
  const ends = reached.map((reach) => Math.max(reach, 0));
  return { ceil_mode: undefined, pads: [...axes.map(({ before }) => before), ...ends] };
}

/**
 * Since 19 there are dilations, and the sum over a window that extends past the end is divided by the number of its
 * elements within the padding: as if the image is padded first, and elements beyond the padding are not counted.
 */
function averagePool(c: Conversion): void {
  const { node, b } = c;
  const x = c.required(0);
  if (attr.ints(node, 'dilations', []).some((step) => step !== 1)) {
    dilatedAveragePool(c, x, attr.ints(node, 'kernel_shape'));
    return;
  }
  const includesPadding = attr.int(node, 'count_include_pad', 0) === 1;
  const axes = includesPadding && c.version >= 19 ? ceiledAxes(c, x) : null;
  if (axes === null) {
    c.keep({ dilations: undefined, ...withoutLostWindows(c, includesPadding) });
    return;
  }
  const ends = axes.map(({ behind, reach }) => b.minimum(reach, behind));
  const padded = b.pad(x, [0, 0, ...axes.map(({ before }) => before), 0, 0, ...ends]);
  c.keep({ dilations: undefined, pads: undefined, count_include_pad: undefined }, [padded]);
}

/**
 * Averages over dilated windows: the sum is a convolution of each channel with ones, and the number of elements that
 * count is the same convolution of an image of ones.
 */
function dilatedAveragePool(c: Conversion, x: Value, kernel: readonly number[]): void {
  const { node, b } = c;
  if (attr.int(node, 'ceil_mode', 0) === 1) c.fail('sizes rounded up, with dilations');
  const dtype = c.dtype(x);
  const spatial = kernel.map((_, i) => b.dim(x, i + 2));
  const window = {
    strides: attr.has(node, 'strides') ? attr.ints(node, 'strides') : undefined,
    dilations: attr.ints(node, 'dilations'),
    pads: attr.has(node, 'pads') ? attr.ints(node, 'pads') : undefined,
    auto_pad: attr.has(node, 'auto_pad') ? attr.string(node, 'auto_pad', 'NOTSET') : undefined,
  };
  const ones = b.expand(b.scalar(1, dtype), [1, 1, ...kernel]);
  const sumOf = (planes: Value) => b.op('Conv', [planes, ones], window);
  const count =
    attr.int(node, 'count_include_pad', 0) === 1
      ? b.scalar(
          kernel.reduce((product, size) => product * size, 1),
          dtype,
        )
      : sumOf(b.expand(b.scalar(1, dtype), [1, 1, ...spatial]));
  const mean = b.div(sumOf(b.reshape(x, [-1, 1, ...spatial])), count);
  const sizes = kernel.map((_, i) => b.dim(mean, i + 2));
  c.emit('Reshape', [mean, b.join([b.dim(x, 0), b.dim(x, 1), ...sizes])]);
}

/** `ceil_mode` and dilations came at 18. */
function lpPool(c: Conversion): void {
  if (attr.ints(c.node, 'dilations', []).some((step) => step !== 1)) c.fail('dilations');
  if (attr.int(c.node, 'ceil_mode', 0) === 1) c.fail('sizes rounded up');
  c.keep({ dilations: undefined, ceil_mode: undefined });
}

/** In 1, the exponent is a float. */
function wholeExponent(c: Conversion): void {
  const p = attr.float(c.node, 'p', 2);
  if (!Number.isInteger(p)) c.fail(`the exponent ${p}`);
  c.keep({ p });
}

/** Puts patches back to where they were cut out, and adds where they overlap: a transposed convolution with ones. */
function col2im(c: Conversion): void {
  const { b, node } = c;
  const [x, image] = [c.required(0), c.required(1)];
  const block = c.numbers(2, 'sizes of blocks') ?? [];
  const area = block.reduce((product, size) => product * size, 1);
  const ones = block.map(() => 1);
  const [strides, dilations] = [attr.ints(node, 'strides', ones), attr.ints(node, 'dilations', ones)];
  const pads = attr.ints(
    node,
    'pads',
    [...ones, ...ones].map(() => 0),
  );
  const sizes = block.map((_, i) => b.slice(image, [0], [i], [i + 1]));
  const extents = block.map((size, i) => (size - 1) * dilations[i]! + 1);
  const counts = sizes.map((size, i) => {
    const room = b.sub(b.add(size, pads[i]! + pads[i + block.length]!), extents[i]!);
    return b.add(b.div(room, strides[i]!), 1);
  });
  const patches = b.reshape(x, [-1, area, ...counts]);
  // Element k of a block goes to place k.
  const places = b.unsqueeze(b.range(b.sizes([area])), [1]);
  const identity = b.castLike(b.equal(places, b.range(b.sizes([area]))), x);
  const kernel = b.reshape(identity, [area, 1, ...block]);
  const whole = b.op('ConvTranspose', [patches, kernel], { strides, dilations });
  // Padding is cut off; behind the last block there may be elements that none covers.
  const rest = sizes.map((size, i) => b.sub(b.add(size, pads[i]!), b.dim(whole, i + 2)));
  const cut = b.pad(whole, [0, 0, ...block.map((_, i) => -pads[i]!), 0, 0, ...rest]);
  c.results([b.reshape(cut, [b.dim(x, 0), b.div(b.dim(x, 1), area), ...sizes])]);
}

export const pooling: Rules = {
  AveragePool: [{ convert: averagePool }],
  Col2Im: [{ convert: col2im }],
  MaxPool: [{ convert: (c) => c.keep(withoutLostWindows(c, false)) }],
  LpPool: [
    { before: 2, convert: wholeExponent },
    { from: 18, convert: lpPool },
  ],
  GlobalLpPool: [{ before: 2, convert: wholeExponent }],
};
