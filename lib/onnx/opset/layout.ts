import { attr } from '../graph/attributes.js';
import { requireSplitCount } from '../shapes/requirements/layout.js';
import type { Conversion, Rules } from './rule.js';

/** The sizes are an attribute from 2 to 12; in 1 they may also be an input. */
function splitSizesAsInput(c: Conversion): void {
  const sizes = attr.has(c.node, 'split') ? c.b.sizes(attr.ints(c.node, 'split')) : c.input(1);
  c.keep({ split: undefined }, [c.required(0), sizes]);
}

/** Since 18, a number of parts may be given; the last is smaller if the size is not divisible by it. */
function splitEvenly(c: Conversion): void {
  const { node, b } = c;
  const [x, given] = [c.required(0), c.input(1)];
  if (given !== undefined) {
    c.keep({ num_outputs: undefined });
    return;
  }
  const count = node.outputs.length;
  requireSplitCount(node);
  const size = b.dim(x, attr.int(node, 'axis', 0));
  const part = b.div(b.add(size, b.sizes([count - 1])), b.sizes([count]));
  const last = b.sub(size, b.mul(part, b.sizes([count - 1])));
  const parts = Array.from({ length: count - 1 }, () => part);
  c.keep({ num_outputs: undefined }, [x, b.join([...parts, last])]);
}

/** In 1 there is one axis and one number of repeats; since 6 there is a number for each axis. */
function tile(c: Conversion): void {
  const [x, repeats] = [c.required(0), c.required(1)];
  const [axis] = c.numbers(2, 'axes') ?? [];
  if (axis === undefined) {
    c.keep();
    return;
  }
  const counts = Array.from({ length: c.rank(x) }, (_, i) => (i === axis ? c.b.reshape(repeats, [1]) : 1));
  c.emit('Tile', [x, c.b.join(counts)]);
}

/** Since 28, the channels of one block may be next to each other for each channel of the input ("CRD"). */
function spaceToDepth(c: Conversion): void {
  const { node, b } = c;
  const blocksize = attr.int(node, 'blocksize');
  if (attr.string(node, 'mode', 'DCR') !== 'CRD') {
    c.keep({ mode: undefined });
    return;
  }
  const y = b.op('SpaceToDepth', [c.required(0)], { blocksize });
  const [batch, ...plane] = [0, 2, 3].map((axis) => b.dim(y, axis));
  const apart = b.reshape(y, [batch!, blocksize ** 2, -1, ...plane]);
  c.emit('Reshape', [b.transpose(apart, [0, 2, 1, 3, 4]), b.shape(y)]);
}

export const layout: Rules = {
  Concat: [{ before: 4, convert: (c) => c.keep({ axis: attr.int(c.node, 'axis', 1) }) }],
  SpaceToDepth: [{ from: 28, convert: spaceToDepth }],
  Split: [
    { before: 13, convert: splitSizesAsInput },
    { from: 18, convert: splitEvenly },
  ],
  Tile: [{ before: 6, convert: tile }],
};
