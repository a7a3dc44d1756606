import { OneirosError } from '../../base/errors.js';
import type { Value } from '../builder/graph-builder.js';
import { attr, describe } from '../graph/attributes.js';
import { fromFront } from '../graph/axis.js';
import type { Conversion, Rules } from './rule.js';

/** Until 13 there is no `training_mode`, and until 8 `spatial` may be 0: statistics for each position. */
function batchNormalization(c: Conversion): void {
  const { node, b } = c;
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) => c.required(i));
  const epsilon = attr.float(node, 'epsilon', 1e-5);
  const [output] = node.outputs;
  if (!x || !scale || !bias || !mean || !variance || output === undefined)
    throw new OneirosError('bad-input', `${describe(node)} has no output`);
  if (attr.int(node, 'spatial', 1) === 1 || c.version >= 9) {
    const changed = new Map(node.attributes);
    for (const name of ['spatial', 'is_test']) changed.delete(name);
    // The other outputs are statistics for training and do not exist in inference.
    b.append({ ...node, outputs: [output], attributes: changed });
    return;
  }
  const centered = b.div(b.sub(x, mean), b.sqrt(b.add(variance, epsilon)));
  c.emit('Add', [b.mul(centered, scale), bias]);
}

/** Each group of channels as one channel of InstanceNormalization, then scaled: by group at 18, by channel since 21. */
function groupNormalization(c: Conversion): void {
  const { node, b } = c;
  const x = c.required(0);
  const groups = attr.int(node, 'num_groups');
  const dtype = c.dtype(x);
  const of = (value: number) => b.expand(b.reshape(b.scalar(value, dtype), [1]), [groups]);
  const grouped = b.op('InstanceNormalization', [b.reshape(x, [0, groups, -1]), of(1), of(0)], {
    epsilon: attr.float(node, 'epsilon', 1e-5),
  });
  const perChannel = (parameter: Value) => b.reshape(parameter, [1, c.version < 21 ? groups : -1, 1]);
  const rows = c.version < 21 ? grouped : b.reshape(grouped, b.join([b.dim(x, 0), b.dim(x, 1), -1]));
  const scaled = b.add(b.mul(rows, perChannel(c.required(1))), perChannel(c.required(2)));
  c.emit('Reshape', [scaled, b.shape(x)]);
}

/** x / √(mean(x²) + ε) over the axes from `axis` on, times the scale; in float32 if `stash_type` is 1, the default. */
function rmsNormalization(c: Conversion): void {
  const { node, b } = c;
  const x = c.required(0);
  const rank = c.rank(x);
  const first = fromFront(attr.int(node, 'axis', -1), rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  const wide = attr.int(node, 'stash_type', 1) === 1 ? b.cast(x, 'float32') : x;
  const meanSquare = b.mean(b.square(wide), axes);
  const normalized = b.div(wide, b.sqrt(b.add(meanSquare, attr.float(node, 'epsilon', 1e-5))));
  c.emit('Mul', [b.castLike(normalized, x), c.required(1)]);
}

/** (x − mean) / (√(mean((x − mean)²)) + 10⁻⁹), over the axes given */
function meanVarianceNormalization(c: Conversion): void {
  const { node, b } = c;
  const x = c.required(0);
  const axes = attr.ints(node, 'axes', [0, 2, 3]);
  const centered = b.sub(x, b.mean(x, axes));
  c.emit('Div', [centered, b.add(b.sqrt(b.mean(b.square(centered), axes)), 1e-9)]);
}

export const normalization: Rules = {
  BatchNormalization: [{ before: 14, convert: batchNormalization }],
  GroupNormalization: [{ convert: groupNormalization }],
  RMSNormalization: [{ convert: rmsNormalization }],
  MeanVarianceNormalization: [{ convert: meanVarianceNormalization }],
};
