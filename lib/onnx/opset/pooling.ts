import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import type { Conversion, Rules } from './rule.js';

/**
 * Since 19 there are dilations, and the sum over a window that extends past the end is divided by the number of its
 * elements within the padding: as if the image is padded first, and elements beyond the padding are not counted.
 */
function averagePool(c: Conversion): void {
  const { node, b } = c;
  const x = c.required(0);
  const kernel = attr.ints(node, 'kernel_shape');
  if (attr.ints(node, 'dilations', []).some((step) => step !== 1)) {
    dilatedAveragePool(c, x, kernel);
    return;
  }
  const hangsOver = attr.int(node, 'ceil_mode', 0) === 1 && attr.int(node, 'count_include_pad', 0) === 1;
  if (!hangsOver || attr.string(node, 'auto_pad', 'NOTSET') !== 'NOTSET') {
    c.keep({ dilations: undefined });
    return;
  }
  const pads = attr.ints(
    node,
    'pads',
    kernel.flatMap(() => [0, 0]),
  );
  const [begin, end] = [pads.slice(0, kernel.length), pads.slice(kernel.length)];
  const padded = b.pad(x, [0, 0, ...begin, 0, 0, ...end]);
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

export const pooling: Rules = {
  AveragePool: [{ from: 19, convert: averagePool }],
  LpPool: [
    { before: 2, convert: wholeExponent },
    { from: 18, convert: lpPool },
  ],
  GlobalLpPool: [{ before: 2, convert: wholeExponent }],
};
