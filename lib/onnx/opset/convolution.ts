import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import { interpolated } from './interpolation.js';
import type { Conversion, Rules } from './rule.js';

/**
 * Convolution of the input at places that the offsets move, between its elements and zero outside: each kernel element's
 * samples are interpolated and multiplied by the mask, and the weights multiply these columns.
 */
function deformConv(c: Conversion): void {
  const { b, node } = c;
  const [x, weights, offset, bias, mask] = [
    c.required(0),
    c.required(1),
    c.required(2),
    c.input(3),
    c.input(4),
  ];
  const kernel = weights.type?.shape?.slice(2).filter((size) => typeof size === 'number') ?? [];
  const axes = c.rank(x) - 2;
  if (kernel.length !== axes) c.fail('a kernel whose size is known only when the graph runs');
  const [groups, parts] = [attr.int(node, 'group', 1), attr.int(node, 'offset_group', 1)];
  const area = kernel.reduce((product, size) => product * size, 1);
  const out = kernel.map((_, i) => b.dim(offset, i + 2));

  // Each group of offsets is one more item of the batch.
  const batch = b.mul(b.dim(x, 0), parts);
  const images = b.reshape(x, [batch, b.div(b.dim(x, 1), parts), ...kernel.map((_, i) => b.dim(x, i + 2))]);
  const moves = b.reshape(offset, [batch, ...kernel, axes, ...out]);
  const places = kernel.map((_, axis) => {
    const moved = b.squeeze(b.slice(moves, [axes + 1], [axis], [axis + 1]), [axes + 1]);
    return b.reshape(b.add(moved, regularPlaces(c, moved, kernel, axis)), [batch, 1, -1]);
  });
  const sampled = interpolated(b, images, places, 'linear');
  const masked = mask === undefined ? sampled : b.mul(sampled, b.reshape(mask, [batch, 1, -1]));

  const outputs = b.dim(weights, 0);
  const rows = b.mul(b.dim(weights, 1), area);
  const columns = b.reshape(masked, [b.dim(x, 0), groups, rows, -1]);
  const filters = b.reshape(weights, [groups, b.div(outputs, groups), rows]);
  const y = b.reshape(b.matmul(filters, columns), [b.dim(x, 0), outputs, ...out]);
  c.results([bias === undefined ? y : b.add(y, b.reshape(bias, [-1, ...kernel.map(() => 1)]))]);
}

/** Where the kernel's elements are without offsets, along one axis; broadcasts to batch × …kernel × …out. */
function regularPlaces(c: Conversion, like: Value, kernel: readonly number[], axis: number): Value {
  const { b, node } = c;
  const ones = kernel.map(() => 1);
  const [stride, step] = [attr.ints(node, 'strides', ones)[axis]!, attr.ints(node, 'dilations', ones)[axis]!];
  const pad = attr.ints(node, 'pads', [])[axis] ?? 0;
  const along = (at: number) => Array.from({ length: 2 * kernel.length }, (_, i) => (i === at ? -1 : 1));
  const windows = b.sub(b.mul(b.range(b.dim(like, 1 + kernel.length + axis)), stride), pad);
  const elements = b.mul(b.range(b.sizes([kernel[axis]!])), step);
  const places = b.add(b.reshape(elements, along(axis)), b.reshape(windows, along(kernel.length + axis)));
  return b.castLike(places, like);
}

/** A convolution of each channel with the elements before, of which the last k − 1 are kept for the next call. */
function causalConv(c: Conversion): void {
  const { b, node } = c;
  const [x, weights, bias, past] = [c.required(0), c.required(1), c.input(2), c.input(3)];
  const channels = weights.type?.shape?.[0];
  if (typeof channels !== 'number') c.fail('a number of channels that is known only when the graph runs');
  const before = b.sub(b.dim(weights, 2), 1);
  const all = past === undefined ? b.pad(x, [0, 0, before, 0, 0, 0]) : b.concat([past, x], 2);
  const y = b.op('Conv', [all, weights, bias], { group: channels });
  const isBent = attr.string(node, 'activation', 'none') !== 'none';
  const rest = b.slice(all, [2], b.dim(x, 2), [Infinity]);
  c.results([isBent ? b.mul(y, b.sigmoid(y)) : y, rest]);
}

export const convolution: Rules = {
  CausalConvWithState: [{ convert: causalConv }],
  DeformConv: [{ convert: deformConv }],
};
