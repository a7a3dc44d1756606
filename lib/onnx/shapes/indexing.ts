import { anySize, isAtLeastZero, product } from '../facts/dim.js';
import {
  axisOf,
  commonDType,
  contradiction,
  dtypeOf,
  type Inference,
  type Inferences,
  isGiven,
  known,
  numbersIn,
  sameAsFirst,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';

/** A new axis of size `depth` with the values [off, on]. */
const oneHot: Inference = (node, inputs) => {
  const [indices, depth, values] = inputs;
  const shape = shapeOf(indices);
  if (shape === null) return [known(dtypeOf(values), null)];
  const axis = axisOf(node, inputs, attr.int(node, 'axis', -1), shape.length + 1);
  const [size = anySize] = depth?.content ?? [];
  return [known(dtypeOf(values), shape.toSpliced(axis, 0, isAtLeastZero(size) ? size : anySize))];
};

/** One row of indices for each axis. */
const nonZero: Inference = (_, [x]) => [known('int64', [shapeOf(x)?.length ?? anySize, anySize])];

/** The k largest values along an axis, and their indices. */
const topK: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null), known('int64', null)];
  const axis = axisOf(node, inputs, attr.int(node, 'axis', -1), shape.length);
  const [given = anySize] = isGiven(node, 1) ? (inputs[1]?.content ?? []) : [attr.int(node, 'k')];
  const k = isAtLeastZero(given) ? given : anySize;
  const size = shape[axis]!;
  if (typeof given === 'number' && (given < 0 || (typeof size === 'number' && given > size)))
    throw contradiction(node, inputs, `k is ${given}, but there are ${size} values`);
  return [known(dtypeOf(x), shape.with(axis, k)), known('int64', shape.with(axis, k))];
};

/** The axis is replaced by the axes of the indices. */
const gather: Inference = (node, inputs) => {
  const [x, indices] = inputs;
  const [shape, picked] = [shapeOf(x), shapeOf(indices)];
  if (shape === null || picked === null) return [known(dtypeOf(x), null)];
  const axis = axisOf(node, inputs, attr.int(node, 'axis', 0), shape.length);
  const size = shape[axis]!;
  const result = [...shape.slice(0, axis), ...picked, ...shape.slice(axis + 1)];
  const content = x?.content ?? null;
  const numbers = numbersIn(indices);
  const outside = numbers?.find((i) => typeof size === 'number' && (i >= size || i < -size));
  if (outside !== undefined) throw contradiction(node, inputs, `index ${outside} is outside of axis ${axis}`);
  return [known(dtypeOf(x), result, content && numbers && numbers.map((i) => content.at(i) ?? anySize))];
};

/** `indices` with what their last axis picks: [batch…, k] of [batch…, …] */
const gatherND: Inference = (node, inputs) => {
  const [x, indices] = inputs;
  const [shape, picked] = [shapeOf(x), shapeOf(indices)];
  const depth = picked?.at(-1);
  if (shape === null || picked === null || typeof depth !== 'number') return [known(dtypeOf(x), null)];
  const used = attr.int(node, 'batch_dims', 0) + depth;
  return [known(dtypeOf(x), [...picked.slice(0, -1), ...shape.slice(used)])];
};

const gatherElements: Inference = (_, [x, indices]) => [known(dtypeOf(x), shapeOf(indices))];

const scatter: Inference = (node, inputs) => {
  const [x, , updates] = inputs;
  return [known(commonDType(node, inputs, [x, updates]), shapeOf(x))];
};

/** Those elements (or slices along `axis`) whose condition is true. */
const compress: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (!attr.has(node, 'axis')) return [known(dtypeOf(x), [anySize])];
  if (shape === null) return [known(dtypeOf(x), null)];
  return [known(dtypeOf(x), shape.with(axisOf(node, inputs, attr.int(node, 'axis'), shape.length), anySize))];
};

/** The distinct elements or slices, their first indices, the inverse indices, and how often each occurs. */
const unique: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  const found = known('int64', [anySize]);
  if (!attr.has(node, 'axis'))
    return [
      known(dtypeOf(x), [anySize]),
      found,
      known('int64', [shape === null ? anySize : product(shape)]),
      found,
    ];
  if (shape === null) return [known(dtypeOf(x), null), found, found, found];
  const axis = axisOf(node, inputs, attr.int(node, 'axis'), shape.length);
  return [known(dtypeOf(x), shape.with(axis, anySize)), found, known('int64', [shape[axis]!]), found];
};

export const indexing: Inferences = {
  OneHot: oneHot,
  NonZero: nonZero,
  TopK: topK,
  Compress: compress,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ReverseSequence: sameAsFirst,
  TensorScatter: sameAsFirst,
  Scatter: scatter,
  ScatterElements: scatter,
  ScatterND: scatter,
  Unique: unique,
};
