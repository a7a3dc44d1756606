import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { noGradient, rule, type RuleTable } from './rule.js';
import { countTo } from './window.js';

/** Operators that pick elements by index. If an element may be picked twice, its cotangents are added. */
export const indexing: RuleTable = {
  // A matrix product with the indices' one-hot rows: no scatter, and correct for repeated and negative indices.
  Gather: rule(2, ({ b, node, dy, x: [x, indices] }) => {
    const rank = rankOf(x);
    const axis = fromFront(attr.int(node, 'axis', 0), rank);
    const picked = b.elements(indices);
    const [before, after] = [b.sizeOfAxes(x, 0, axis), b.sizeOfAxes(x, axis + 1, rank)];
    // picked × size
    const rows = oneHot(b, b.reshape(indices, [-1]), b.dim(x, axis), dy);
    const columns = b.reshape(dy, [before, picked, after]);
    return [b.reshape(b.matmul(b.transpose(rows, [1, 0]), columns), b.shape(x))];
  }),
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
  // Overwritten elements get nothing; updates get the cotangents at their positions.
  ScatterElements: rule(3, ({ b, node, dy, x: [, indices, updates] }) => {
    const axis = attr.int(node, 'axis', 0);
    const adds = attr.string(node, 'reduction', 'none') === 'add';
    return [
      () => (adds ? dy : b.op('ScatterElements', [dy, indices, b.fillLike(updates, 0)], { axis })),
      null,
      () => b.op('GatherElements', [dy, indices], { axis }),
    ];
  }),
  ScatterND: rule(3, ({ b, node, dy, x: [, indices, updates] }) => {
    const adds = attr.string(node, 'reduction', 'none') === 'add';
    return [
      () => (adds ? dy : b.op('ScatterND', [dy, indices, b.fillLike(updates, 0)])),
      null,
      () => b.op('GatherND', [dy, indices]),
    ];
  }),
  TopK: rule(2, ({ b, node, dy, x: [x, k], y: [, given] }) => {
    const indices = given ?? b.ops('TopK', [x, k], 2, Object.fromEntries(node.attributes))[1];
    return [b.op('ScatterElements', [b.fillLike(x, 0), indices, dy], { axis: attr.int(node, 'axis', -1) })];
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
  OneHot: noGradient,
  NonZero: noGradient,
};

function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Rows that are 1 at an index and 0 elsewhere: n × size, in the element type of `like`. */
function oneHot(b: Builder, indices: Value, size: Value, like: Value): Value {
  const dtype = indices.type?.dtype ?? 'int64';
  const limit = b.squeeze(b.cast(size, dtype), [0]);
  const places = b.op('Range', [b.scalar(0, dtype), limit, b.scalar(1, dtype)]);
  const positive = b.where(b.less(indices, 0), b.add(indices, limit), indices);
  return b.castLike(b.equal(b.unsqueeze(positive, [1]), places), like);
}

/** GatherND's indices preceded by those of the batch axes, for which ScatterND has no attribute. */
function withBatchIndices(b: Builder, indices: Value, x: Value, batch: number): Value {
  if (batch === 0) return indices;
  const rank = rankOf(indices);
  const sizes = Array.from({ length: rank - 1 }, (_, axis) => b.dim(indices, axis));
  const own = countTo(b, batch).map((axis) => {
    const along = b.op('Range', [b.scalar(0, 'int64'), b.squeeze(b.dim(x, axis), [0]), b.scalar(1, 'int64')]);
    const shaped = b.reshape(
      along,
      Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1)),
    );
    return b.expand(shaped, [...sizes, 1]);
  });
  return b.concat([...own, indices], rank - 1);
}
