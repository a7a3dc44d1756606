import { rankOf } from '../../onnx/builder/builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { rule, type RuleTable } from './rule.js';

/**
 * Operators that join tensors, split them or rearrange their elements: the inverse operator undoes each, or its copies
 * are added up.
 */
export const layout: RuleTable = {
  // Each part of dy goes back to the input it came from.
  Concat: rule(0, ({ b, node, dy, x }) => {
    const axis = attr.int(node, 'axis');
    let start = b.sizes([0]);
    return x.map((part) => {
      if (part === undefined) return null;
      const [from, to] = [start, b.add(start, b.dim(part, axis))];
      start = to;
      return () => b.slice(dy, [axis], from, to);
    });
  }),
  Split: rule(
    1,
    ({ b, node, dys, y }) => [
      b.concat(
        y.flatMap((part, i) => (part === undefined ? [] : [dys[i] ?? b.fillLike(part, 0)])),
        attr.int(node, 'axis', 0),
      ),
    ],
    'all',
  ),
  DepthToSpace: rule(1, ({ b, node, dy, x: [x] }) => {
    const block = attr.int(node, 'blocksize');
    if (attr.string(node, 'mode', 'DCR') === 'DCR') return [b.op('SpaceToDepth', [dy], { blocksize: block })];
    // CRD: channel is the slowest of (channel, block row, block column); SpaceToDepth has no mode for that.
    const rows = b.reshape(dy, [0, 0, -1, block, b.mul(b.dim(x, 3), block)]);
    const grid = b.reshape(rows, [0, b.dim(dy, 1), b.dim(x, 2), block, b.dim(x, 3), block]);
    return [b.reshape(b.transpose(grid, [0, 1, 3, 5, 2, 4]), b.shape(x))];
  }),
  SpaceToDepth: rule(1, ({ b, node, dy }) => [
    b.op('DepthToSpace', [dy], { blocksize: attr.int(node, 'blocksize'), mode: 'DCR' }),
  ]),
  // Copies are added up: each axis is reshaped to (repeats, size).
  Tile: rule(2, ({ b, dy, x: [x, repeats] }) => {
    const rank = rankOf(x);
    const sizes = Array.from({ length: rank }, (_, axis) => [
      b.slice(repeats, [0], [axis], [axis + 1]),
      b.dim(x, axis),
    ]);
    const copies = Array.from({ length: rank }, (_, axis) => 2 * axis);
    return [b.sum(b.reshape(dy, sizes.flat()), copies, false)];
  }),
  Trilu: rule(1, ({ b, node, dy, x: [, k] }) => [
    b.op('Trilu', [dy, k], { upper: attr.int(node, 'upper', 1) }),
  ]),
};
