import { type Builder, dtypeOf, rankOf, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import type { Dim } from '../../onnx/graph/graph.js';
import { sizeOf } from '../../tensor/tensor.js';
import { gatherCotangent } from './gather.js';
import { noGradient, rule, type RuleTable } from './rule.js';
import { scatterCotangents } from './scatter.js';
import { countTo } from './window.js';

/** Operators that pick elements by index. If an element may be picked twice, its cotangents are added. */
export const indexing: RuleTable = {
  // dx is the sum of dy at the indices that picked an element.
  Gather: rule(2, ({ b, node, dy, x: [x, indices] }) => [
    gatherCotangent(b, dy, x, indices, fromFront(attr.int(node, 'axis', 0), rankOf(x))),
  ]),
  GatherElements: rule(2, ({ b, node, dy, x: [x, indices] }) => [
    b.op('ScatterElements', [b.fillLike(x, 0), indices, dy], {
      axis: attr.int(node, 'axis', 0),
      reduction: 'add',
    }),
  ]),
  GatherND: rule(2, ({ b, node, dy, x: [x, indices] }) => {
    const batch = attr.int(node, 'batch_dims', 0);
    return [
      b.op('ScatterND', [b.fillLike(x, 0), withBatchIndices(b, indices, x, batch), dy], { reduction: 'add' }),
    ];
  }),
  // Overwritten elements get nothing; an update gets the cotangent at its position. See `scatterCotangents`.
  ScatterElements: rule(3, (context) => {
    const axis = attr.int(context.node, 'axis', 0);
    const shape = shapeOf(context.x[0]);
    return scatterCotangents(context, {
      scatter: (b, x, indices, updates, reduction) =>
        b.op('ScatterElements', [x, indices, updates], { axis, reduction }),
      gather: (b, x, indices) => b.op('GatherElements', [x, indices], { axis }),
      placeOf: (numbers, dims) => {
        const inner = sizeOf(dims.slice(fromFront(axis, dims.length) + 1));
        const outer = inner * (dims.at(axis) ?? 1);
        return (i) => [Math.floor(i / outer), positive(numbers[i]!, shape.at(axis)), i % inner];
      },
      writes: sizeOf,
    });
  }),
  ScatterND: rule(3, (context) => {
    const shape = shapeOf(context.x[0]);
    return scatterCotangents(context, {
      scatter: (b, x, indices, updates, reduction) => b.op('ScatterND', [x, indices, updates], { reduction }),
      gather: (b, x, indices) => b.op('GatherND', [x, indices]),
      placeOf: (numbers, dims) => {
        const length = dims.at(-1) ?? 1;
        return (i) => shape.slice(0, length).map((size, axis) => positive(numbers[i * length + axis]!, size));
      },
      writes: (dims) => sizeOf(dims.slice(0, -1)),
    });
  }),
  TopK: rule(2, ({ b, node, dy, x: [x, k], y: [, given] }) => {
    const indices = given ?? b.ops('TopK', [x, k], 2, Object.fromEntries(node.attributes))[1];
    return [b.op('ScatterElements', [b.fillLike(x, 0), indices, dy], { axis: attr.int(node, 'axis', -1) })];
  }),
  // Each distinct element or slice is the first of its kind in x, and its cotangent goes there. Ties are kinks.
  Unique: rule(1, ({ b, node, dy, x: [x], y: [, given] }) => {
    const firsts = given ?? b.ops('Unique', [x], 2, Object.fromEntries(node.attributes))[1]!;
    const hasAxis = attr.has(node, 'axis');
    const sized = hasAxis ? x : b.reshape(x, [-1]);
    const axis = hasAxis ? fromFront(attr.int(node, 'axis'), rankOf(x)) : 0;
    return [b.reshape(gatherCotangent(b, dy, sized, firsts, axis), b.shape(x))];
  }),
  // The reversed part of the axis is reversed back.
  ReverseSequence: rule(2, ({ b, node, dy, x: [, lengths] }) => [
    b.op('ReverseSequence', [dy, lengths], Object.fromEntries(node.attributes)),
  ]),
  // Zeros where the condition is false.
  Compress: rule(2, ({ b, node, dy, x: [x, condition] }) => {
    const kept = b.op('NonZero', [condition]);
    const sized = attr.has(node, 'axis') ? x : b.reshape(x, [-1]);
    const axis = fromFront(attr.int(node, 'axis', 0), rankOf(sized));
    const rest = Array.from({ length: rankOf(sized) }, (_, i) => i).filter((i) => i !== axis);
    const places = b.reshape(kept, [-1, 1]);
    const front = b.transpose(b.fillLike(sized, 0), [axis, ...rest]);
    const scattered = b.op('ScatterND', [front, places, b.transpose(dy, [axis, ...rest])]);
    const order = Array.from({ length: rankOf(sized) }, (_, i) => (i === axis ? 0 : i < axis ? i + 1 : i));
    return [b.reshape(b.transpose(scattered, order), b.shape(x))];
  }),
  // y = on at the indices, off elsewhere; the cotangents of both are sums
  OneHot: rule(3, ({ b, node, dy, x: [indices, depth, values] }) => [
    null,
    null,
    () => {
      const zeroOne = b.concat(
        [0, 1].map((value) => b.reshape(b.scalar(value, dtypeOf(values)), [1])),
        0,
      );
      const isOn = b.equal(
        b.op('OneHot', [indices, depth, zeroOne], { axis: attr.int(node, 'axis', -1) }),
        1,
      );
      const sums = [b.where(isOn, 0, dy), b.where(isOn, dy, 0)].map((part) => b.sum(part, undefined, false));
      return b.concat(
        sums.map((sum) => b.reshape(sum, [1])),
        0,
      );
    },
  ]),
  NonZero: noGradient,
};

/** An index counted from the front; NaN if the size that this takes is not known. */
function positive(index: number, size: Dim | undefined): number {
  return index >= 0 ? index : index + (typeof size === 'number' ? size : NaN);
}

/** GatherND's indices preceded by those of the batch axes, for which ScatterND has no attribute. */
function withBatchIndices(b: Builder, indices: Value, x: Value, batch: number): Value {
  if (batch === 0) return indices;
  const rank = rankOf(indices);
  const sizes = Array.from({ length: rank - 1 }, (_, axis) => b.dim(indices, axis));
  const own = countTo(b, batch).map((axis) => {
    const along = b.range(b.dim(x, axis));
    const shaped = b.reshape(
      along,
      Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1)),
    );
    return b.expand(shaped, [...sizes, 1]);
  });
  return b.concat([...own, indices], rank - 1);
}
