import { OneirosError } from '../../base/errors.js';
import { attr } from '../../onnx/attributes.js';
import { dtypeOf, rankOf } from '../../onnx/ops.js';
import { rule, type RuleTable } from './rule.js';

/** Operators that regroup elements: each is undone by its inverse, or by adding up the copies it made. */
export const rearrangement: RuleTable = {
  DepthToSpace: rule(1, ({ b, node, dy, x: [x] }) => {
    const block = attr.int(node, 'blocksize');
    if (attr.string(node, 'mode', 'DCR') === 'DCR') return [b.op('SpaceToDepth', [dy], { blocksize: block })];
    // CRD: channel is the slowest of (channel, block row, block column), which SpaceToDepth has no mode for.
    const rows = b.reshape(dy, [0, 0, -1, block, b.mul(b.dim(x, 3), block)]);
    const grid = b.reshape(rows, [0, b.dim(dy, 1), b.dim(x, 2), block, b.dim(x, 3), block]);
    return [b.reshape(b.transpose(grid, [0, 1, 3, 5, 2, 4]), b.shape(x))];
  }),
  SpaceToDepth: rule(1, ({ b, node, dy }) => [
    b.op('DepthToSpace', [dy], { blocksize: attr.int(node, 'blocksize'), mode: 'DCR' }),
  ]),
  // Copies are added up: each axis is seen as (repeats, size).
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
  CumSum: rule(2, ({ b, node, dy, x: [, axis] }) => [
    b.op('CumSum', [dy, axis], {
      exclusive: attr.int(node, 'exclusive', 0),
      reverse: 1 - attr.int(node, 'reverse', 0),
    }),
  ]),
  // In inference everything passes; in training what the mask let through, 1 / (1 − ratio) times as large.
  Dropout: rule(1, ({ b, dy, x: [, ratio, training], y: [, mask] }) => {
    const isTraining = training?.constant?.data[0];
    if (training === undefined || isTraining === 0) return [dy];
    if (mask === undefined)
      throw new OneirosError(
        'unsupported',
        'Dropout in training has a gradient only with its mask as an output',
      );
    const scale = b.reciprocal(
      b.sub(1, ratio === undefined ? b.scalar(0.5, dtypeOf(dy)) : b.castLike(ratio, dy)),
    );
    return [b.where(mask, b.mul(dy, scale), 0)];
  }),
};
