import { type Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import {
  countTo,
  moved,
  padsOf,
  positionsIn,
  spatialAxes,
  tilesOf,
  type Window,
  windowElements,
} from './window.js';

/** A convolution whose gradient by the kernel is computed. */
interface Correlation {
  readonly b: Builder;
  /** N × M × outputs */
  readonly dy: Value;
  /** N × C × … */
  readonly image: Value;
  /** M × C/groups × kernel */
  readonly w: Value;
  readonly window: Window;
  readonly groups: number;
}

/** A piece of an array: N × groups × channels/group × pixels. */
type Rows = Value;

/**
 * dw: for each position in the kernel, the matrix product of `dy` and the windows' elements at that position, summed
 * over images and pixels. Five times faster on the CPU than one Conv with a kernel as large as the image. Which
 * products are computed together depends on what they require to be copied (`npm run bench conv-gradient` has figures).
 */
export function kernelCotangent(
  b: Builder,
  dy: Value,
  image: Value,
  w: Value,
  window: Window,
  groups: number,
): Value {
  const correlation = { b, dy, image, w, window, groups };
  const [outputs, inputs] = [shapeOf(w)[0], shapeOf(w)[1]];
  const isDense = window.strides.every((stride) => stride === 1);
  const isThin =
    typeof outputs === 'number' &&
    typeof inputs === 'number' &&
    positionsIn(window.kernel) * inputs * groups <= outputs;
  if (isThin || (inputs === 1 && !isDense)) return byColumns(correlation);
  return isDense ? byShifts(correlation) : byPositions(correlation);
}

/** For few channels, as in an image or in groups of one: all positions side by side (im2col), one product. */
function byColumns({ b, dy, image, w, window, groups }: Correlation): Value {
  const padded = b.pad(image, padsOf(window));
  const seen = windowElements(b, padded, dy, window).map((element) => rowsOf(b, element, groups));
  // groups × (positions × C/g) × M/g
  const products = b.sum(b.matmul(b.concat(seen, 2), b.swap(rowsOf(b, dy, groups))), [0], false);
  return arranged(b, products, w, groups, ['position', 'C', 'M']);
}

/** One product for each position; a single one if windows lie side by side. */
function byPositions({ b, dy, image, w, window, groups }: Correlation): Value {
  const [rows, padded] = [rowsOf(b, dy, groups), b.pad(image, padsOf(window))];
  const tiles = groups === 1 ? tilesOf(b, padded, window) : null;
  const seen = tiles === null ? windowElements(b, padded, dy, window) : [tiles];
  const products = seen.map((element) => b.matmul(rows, b.swap(rowsOf(b, element, groups))));
  return arranged(b, b.sum(b.concat(products, 3), [0], false), w, groups, ['M', 'position', 'C']);
}

/**
 * At stride 1, the element of a window `i` rows down and `j` columns to the right depends only on the offset of dy over
 * the image: one of the two is shifted by rows, the other by columns, so k + k copies replace k². All rows form one
 * matrix, so that there is one product for each column, k times as tall. 1.1 to 1.6 times faster than one for each
 * position on large images, six times with one kernel per channel; 1.2 times slower on 16² at 256 channels, which is
 * rare.
 */
function byShifts({ b, dy, image, w, window, groups }: Correlation): Value {
  const { kernel, dilations, begin } = window;
  const column = kernel.length - 1;
  // There are as many copies as rows: copy the one with fewer channels.
  const [outputs, inputs] = [shapeOf(w)[0], shapeOf(w)[1]];
  const stacksImage = typeof outputs === 'number' && typeof inputs === 'number' && inputs * groups < outputs;
  const [stacked, other] = stacksImage ? [image, dy] : [dy, image];

  const tall = stackedRows(b, stacked, other, window, groups, stacksImage);
  const products = countTo(b, kernel[column]!).map((at) => {
    const start = b.sub(b.join([begin[column]!]), at * dilations[column]!);
    const before = stacksImage ? b.neg(start) : start;
    const shifted = moved(b, other, [column + 2], [before], [b.dim(stacked, column + 2)]);
    return b.matmul(tall, b.swap(rowsOf(b, shifted, groups)));
  });
  const sums = b.sum(b.concat(products, 3), [0], false);
  return arranged(
    b,
    sums,
    w,
    groups,
    stacksImage ? ['C', 'row', 'column', 'M'] : ['M', 'row', 'column', 'C'],
  );
}

/**
 * dy aligned with the image's rows, or the image with dy's, for each position of the kernel except along the last axis:
 * N × groups × (channels/group × positions) × pixels. Gathering rows copies less than shifting and joining.
 */
function stackedRows(
  b: Builder,
  x: Value,
  over: Value,
  { kernel, dilations, begin }: Window,
  groups: number,
  isImage: boolean,
): Rows {
  const axes = spatialAxes(x).slice(0, -1);
  const reach = axes.map((_, i) => (kernel[i]! - 1) * dilations[i]!);
  const grown = axes.reduce((whole, axis, i) => {
    const before = b.join([begin[i]!]);
    const size = b.add(b.dim(over, axis), reach[i]!);
    return moved(b, whole, [axis], [isImage ? before : b.sub(reach[i]!, before)], [size]);
  }, x);
  if (reach.every((rows) => rows === 0)) return rowsOf(b, grown, groups);
  // positions × rows: where each row comes from, counted through all axes but the last
  const index = axes.reduce<Value | null>((sum, axis, i) => {
    const at = countTo(b, kernel[i]!).map((position) =>
      isImage ? position * dilations[i]! : reach[i]! - position * dilations[i]!,
    );
    const rows = b.range(b.dim(over, axis));
    const own = b.add(b.unsqueeze(b.sizes(at), [1]), rows);
    if (sum === null) return own;
    const outer = b.unsqueeze(b.mul(sum, b.dim(grown, axis)), [1, 3]);
    return b.reshape(b.add(outer, b.unsqueeze(own, [1])), [b.mul(b.dim(sum, 0), at.length), -1]);
  }, null);
  const flat = b.reshape(grown, [0, 0, -1, b.dim(grown, -1)]);
  const pixels = b.mul(b.elements(over, axes), b.dim(grown, -1));
  return b.reshape(b.gather(flat, index!, 2), [0, groups, -1, pixels]);
}

function rowsOf(b: Builder, x: Value, groups: number): Rows {
  return b.reshape(x, [0, groups, -1, b.elements(x, spatialAxes(x))]);
}

/** An axis of the products: channels per group (M of dy, C of the image), positions of the kernel … */
type Axis = 'M' | 'C' | 'position' | 'row' | 'column';
/** The axes of the kernel, in its order. */
const axes: readonly Axis[] = ['M', 'C', 'position', 'row', 'column'];

/**
 * The kernel, M × C/g × …, from groups × (axes in this order); `row` counts all positions except along the last axis.
 */
function arranged(b: Builder, products: Value, w: Value, groups: number, order: readonly Axis[]): Value {
  const sizes = shapeOf(w).slice(2).map(Number);
  const columns = sizes.at(-1) ?? 1;
  const positions = sizes.reduce((product, size) => product * size, 1);
  const lengths: Readonly<Record<Axis, number | Value>> = {
    M: b.div(b.dim(w, 0), groups),
    C: b.dim(w, 1),
    position: positions,
    row: positions / columns,
    column: columns,
  };
  const apart = b.reshape(products, [groups, ...order.map((axis) => lengths[axis])]);
  const wanted = axes.filter((axis) => order.includes(axis));
  const sorted = b.transpose(apart, [0, ...wanted.map((axis) => order.indexOf(axis) + 1)]);
  return b.reshape(sorted, [b.dim(w, 0), b.dim(w, 1), ...sizes]);
}
