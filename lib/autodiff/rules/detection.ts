import { OneirosError } from '../../base/errors.js';
import { type Builder, dtypeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr, describe } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { sumByImage } from './roi-pooling.js';
import { noGradient, rule, type RuleTable } from './rule.js';

/** Operators of detectors. */
export const detection: RuleTable = {
  /**
   * Averaging RoiAlign (He et al., 2017) is linear in the image and works on rows and columns separately: for each
   * region y = R x Cᵀ. R and C are the operator's own results for identity matrices, so sampling, borders and
   * coordinates agree with the forward pass. Regions are not differentiated (as in torchvision).
   */
  RoiAlign: rule(3, ({ b, node, dy, x: [x, regions, batch] }) => {
    if (attr.string(node, 'mode', 'avg') !== 'avg')
      throw new OneirosError('unsupported', `${describe(node)}: only mode "avg" has a gradient`);
    const rows = interpolation(b, node, x, regions, batch, 'rows');
    const columns = interpolation(b, node, x, regions, batch, 'columns');
    // regions × C × H × W
    const each = b.matmul(b.matmul(b.swap(rows), dy), columns);
    return [sumByImage(b, each, x, batch)];
  }),
  NonMaxSuppression: noGradient,
};

/**
 * How each region samples one axis of the image: regions × 1 × (cells) × (size of the axis). The operator is run on an
 * image that has the axis twice, as channels and as pixels, and is one pixel wide, so that every sample lies inside.
 */
function interpolation(
  b: Builder,
  node: Node,
  x: Value,
  regions: Value,
  batch: Value,
  which: 'rows' | 'columns',
): Value {
  const size = b.dim(x, which === 'rows' ? 2 : 3);
  const cells = attr.int(node, which === 'rows' ? 'output_height' : 'output_width', 1);
  const places = b.range(size);
  const identity = b.cast(b.equal(b.unsqueeze(places, [1]), places), dtypeOf(x));
  const image = b.reshape(identity, [1, size, size, 1]);
  const scale = attr.float(node, 'spatial_scale', 1);
  const first = attr.string(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel' ? 0.5 : 0;
  const [low, high] = which === 'rows' ? [1, 3] : [0, 2];
  const along = (column: number) => b.slice(regions, [1], [column], [column + 1]);
  const across = (at: number) => b.add(b.mul(along(0), 0), at / scale);
  const strip = b.concat([across(first), along(low), across(first + 1), along(high)], 1);
  const sampled = b.op('RoiAlign', [image, strip, b.mul(batch, 0)], {
    ...Object.fromEntries(node.attributes),
    output_height: cells,
    output_width: 1,
  });
  // regions × size × cells × 1 → regions × 1 × cells × size
  return b.transpose(sampled, [0, 3, 2, 1]);
}
