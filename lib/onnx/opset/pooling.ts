import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import type { Conversion, Rules } from './rule.js';

/** Dilations came at 19. */
function averagePool(c: Conversion): void {
  if (attr.ints(c.node, 'dilations', []).some((step) => step !== 1))
    dilatedAveragePool(c, c.required(0), attr.ints(c.node, 'kernel_shape'));
  else c.keep({ dilations: undefined });
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
