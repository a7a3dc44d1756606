import { type Builder, dtypeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { countTo } from './window.js';

/**
 * The cotangent of an image, N × C × H × W, from those of its regions.
 * @param each one image for each region, regions × C × H × W
 * @param batch the index of each region's image
 */
export function sumByImage(b: Builder, each: Value, x: Value, batch: Value): Value {
  // One row of ones and zeros for each image.
  const images = b.range(b.dim(x, 0));
  const isOf = b.castLike(b.equal(b.unsqueeze(images, [1]), b.unsqueeze(batch, [0])), each);
  // Unlike Reshape, Flatten has well-defined sizes if there are no regions.
  const flat = b.op('Flatten', [each], { axis: 1 });
  return b.reshape(b.matmul(isOf, flat), b.shape(x));
}

/**
 * dx of MaxRoiPool: the cotangent of each cell goes to its first greatest pixel. Cells are compared one after the other,
 * so memory is that of one image for each region.
 */
export function maxRoiCotangent(b: Builder, node: Node, dy: Value, x: Value, regions: Value): Value {
  const [height = 1, width = 1] = attr.ints(node, 'pooled_shape');
  b.budget.require('nodes', height * width);
  const batch = b.reshape(b.cast(b.slice(regions, [1], [0], [1]), 'int64'), [-1]);
  const images = b.gather(x, batch, 0);
  const pixels = b.range(b.mul(b.dim(x, 2), b.dim(x, 3)));
  const rows = cellsAlong(b, node, x, regions, { axis: 2, low: 2, count: height });
  const columns = cellsAlong(b, node, x, regions, { axis: 3, low: 1, count: width });
  const shares = rows.flatMap((row, i) =>
    columns.map((column, j) => {
      // regions × 1 × H × W
      const isInside = b.and(b.unsqueeze(row, [1, 3]), b.unsqueeze(column, [1, 2]));
      const seen = b.op('Flatten', [b.where(isInside, images, -Infinity)], { axis: 2 });
      const flat = b.reshape(seen, [b.dim(images, 0), b.dim(x, 1), -1]);
      const isFirst = b.equal(b.op('ArgMax', [flat], { axis: 2, keepdims: 1 }), pixels);
      const own = b.reshape(b.slice(dy, [2, 3], [i, j], [i + 1, j + 1]), [b.dim(images, 0), b.dim(x, 1), 1]);
      return b.where(isInside, b.reshape(b.where(isFirst, own, 0), b.shape(images)), 0);
    }),
  );
  return sumByImage(
    b,
    shares.reduce((sum, share) => b.add(sum, share)),
    x,
    batch,
  );
}

/** Where along one axis of the image each cell of the regions is: for each cell, regions × (size of the axis). */
function cellsAlong(
  b: Builder,
  node: Node,
  x: Value,
  regions: Value,
  { axis, low, count }: { readonly axis: number; readonly low: number; readonly count: number },
): readonly Value[] {
  const scale = attr.float(node, 'spatial_scale', 1);
  const wide = b.cast(regions, 'float32');
  const [first, last] = [low, low + 2].map((column) => {
    const end = b.mul(b.slice(wide, [1], [column], [column + 1]), scale);
    // Halves are rounded away from 0.
    return b.mul(b.sign(end), b.op('Floor', [b.add(b.abs(end), 0.5)]));
  });
  const cell = b.div(b.maximum(b.add(b.sub(last!, first!), 1), 1), count);
  const places = b.cast(b.range(b.dim(x, axis)), dtypeOf(wide));
  return countTo(b, count).map((i) => {
    const begin = b.add(b.op('Floor', [b.mul(cell, i)]), first!);
    const end = b.add(b.op('Ceil', [b.mul(cell, i + 1)]), first!);
    return b.and(b.lessOrEqual(begin, places), b.less(places, end));
  });
}
