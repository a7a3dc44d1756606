import { attr } from '../attributes.js';
import { anySize, isEqual, product } from './dim.js';
import {
  axisOf,
  commonDType,
  contradiction,
  dtypeOf,
  type Inference,
  type Inferences,
  known,
  numbersIn,
  shapeOf,
} from './facts.js';
import { slice } from './slice.js';

/** The axis is replaced by those of the indices. */
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

/** The distinct elements or slices, and their first places, the way back, and how often each comes. */
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

/** Values read at the places of a grid [n, …out, 2 or 3]. */
const gridSample: Inference = (node, inputs) => {
  const [x, grid] = inputs;
  const [shape, places] = [shapeOf(x), shapeOf(grid)];
  if (shape === null || places === null)
    return [known(dtypeOf(x), (shape ?? places)?.map(() => anySize) ?? null)];
  if (shape.length !== places.length || isEqual(places.at(-1)!, shape.length - 2) === false)
    throw contradiction(
      node,
      inputs,
      'the grid must have as many axes as the image, the last with its coordinates',
    );
  return [known(dtypeOf(x), [...shape.slice(0, 2), ...places.slice(1, -1)])];
};

const sameAsFirst: Inference = (_, [x]) => [known(dtypeOf(x), shapeOf(x))];

export const indexing: Inferences = {
  Compress: compress,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  GridSample: gridSample,
  ReverseSequence: sameAsFirst,
  Scatter: scatter,
  ScatterElements: scatter,
  ScatterND: scatter,
  Slice: slice,
  Trilu: sameAsFirst,
  Unique: unique,
};
