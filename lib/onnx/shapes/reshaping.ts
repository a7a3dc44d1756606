import { anySize, floorDiv, isEqual, product, symbolsOf } from '../facts/dim.js';
import {
  anyShape,
  axisOf,
  contradiction,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  listOf,
  requireRank,
  shapeOf,
} from '../facts/facts.js';
import { attr, describe } from '../graph/attributes.js';
import { requireRank as requireFewAxes } from '../graph/budget.js';
import type { Dim, Node, Shape } from '../graph/graph.js';
import { broadcast } from './broadcast.js';
import { contentLength } from './content.js';

/** The same elements in another shape: content is kept if the result is a vector or scalar. */
function reshaped(x: Facts | undefined, shape: Shape | null): Facts {
  const content = x?.content ?? null;
  return known(dtypeOf(x), shape, contentLength(shape) === content?.length ? content : null);
}

/** The elements of an input with the sizes of the result; `null` if not even their number is known. */
export function wantedSizes(node: Node, inputs: readonly Facts[], index: number): Shape | null {
  const { content = null } = inputs[index] ?? {};
  const [length] = requireRank(node, inputs, index, 1) ?? [];
  if (content !== null) return content.map((item) => (isSize(item) ? item : anySize));
  if (typeof length !== 'number') return null;
  requireFewAxes(`the result of ${describe(node)}`, length);
  return anyShape(length);
}

/** Whether an element was computed from sizes; one computed from data may be -1, for example. */
function isSize(item: Dim): boolean {
  return symbolsOf(item).every((name) => !name.startsWith('?'));
}

const reshape: Inference = (node, inputs) => {
  const [x] = inputs;
  const wanted = attr.has(node, 'shape') ? attr.ints(node, 'shape') : wantedSizes(node, inputs, 1);
  if (wanted === null) return [known(dtypeOf(x), null)];
  const shape = shapeOf(x);
  const copiesZero = attr.int(node, 'allowzero', 0) === 0;
  const sizes = wanted.map((size, i) => {
    if (size !== 0 || !copiesZero || shape === null) return size === 0 && copiesZero ? anySize : size;
    const copied = shape[i];
    if (copied === undefined) throw contradiction(node, inputs, `there is no axis ${i} to copy the size of`);
    return copied;
  });
  return [reshaped(x, fillIn(node, inputs, shape, sizes))];
};

/** Computes the size that is -1, and checks that the number of elements stays the same. */
function fillIn(node: Node, inputs: readonly Facts[], from: Shape | null, sizes: Shape): Shape {
  const open = sizes.indexOf(-1);
  const wrong = (why: string) =>
    contradiction(node, inputs, `cannot reshape to [${sizes.join(', ')}]: ${why}`);
  if (sizes.some((size, i) => typeof size === 'number' && (size < -1 || (size === -1 && i !== open))))
    throw wrong('at most one size may be -1');
  const total = from === null ? anySize : product(from);
  const rest = product(sizes.filter((_, i) => i !== open));
  if (open < 0) {
    if (isEqual(total, rest) === false) throw wrong(`${total} elements would become ${rest}`);
    // One size that is known only at run time follows from the others, as if it were -1.
    const late = sizes.indexOf(anySize);
    return late >= 0 && late === sizes.lastIndexOf(anySize)
      ? sizes.with(late, exactQuotient(total, product(sizes.filter((_, i) => i !== late))))
      : sizes;
  }
  if (
    typeof total === 'number' &&
    typeof rest === 'number' &&
    (rest === 0 ? total !== 0 : total % rest !== 0)
  )
    throw wrong(`${total} elements do not divide by ${rest}`);
  return sizes.with(open, exactQuotient(total, rest));
}

function exactQuotient(total: Dim, part: Dim): Dim {
  return part === 0 ? anySize : floorDiv(total, part);
}

const flatten: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), anyShape(2))];
  const axis = attr.int(node, 'axis', 1);
  if (Math.abs(axis) > shape.length)
    throw contradiction(node, inputs, `axis ${axis} is out of range for ${shape.length} axes`);
  return [known(dtypeOf(x), [product(shape.slice(0, axis)), product(shape.slice(axis))])];
};

const transpose: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  const perm = attr.ints(
    node,
    'perm',
    shape.map((_, i) => shape.length - 1 - i),
  );
  if ([...perm].sort((a, b) => a - b).some((axis, i) => axis !== i) || perm.length !== shape.length)
    throw contradiction(
      node,
      inputs,
      `perm [${perm.join(', ')}] is not a permutation of ${shape.length} axes`,
    );
  return [
    known(
      dtypeOf(x),
      perm.map((axis) => shape[axis]!),
      x?.content,
    ),
  ];
};

const squeeze: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  const axes = listOf(node, inputs, 'axes', 1);
  if (shape === null || axes === null) return [known(dtypeOf(x), null)];
  if (axes === undefined) {
    const isDecided = shape.every((size) => typeof size === 'number');
    return [reshaped(x, isDecided ? shape.filter((size) => size !== 1) : null)];
  }
  const gone = new Set(axes.map((axis) => axisOf(node, inputs, axis, shape.length)));
  for (const axis of gone)
    if (isEqual(shape[axis]!, 1) === false)
      throw contradiction(node, inputs, `axis ${axis} cannot be squeezed: its size is ${shape[axis]}, not 1`);
  return [
    reshaped(
      x,
      shape.filter((_, i) => !gone.has(i)),
    ),
  ];
};

const unsqueeze: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  const axes = listOf(node, inputs, 'axes', 1);
  if (shape === null || axes === null || axes === undefined) return [known(dtypeOf(x), null)];
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(node, inputs, axis, rank)));
  if (added.size !== axes.length) throw contradiction(node, inputs, `axes [${axes.join(', ')}] repeat`);
  const old = shape.values();
  return [
    reshaped(
      x,
      Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : (old.next().value ?? 1))),
    ),
  ];
};

const expand: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = broadcast(node, inputs, [shapeOf(x), wantedSizes(node, inputs, 1)]);
  const [only, ...others] = x?.content ?? [];
  const length = contentLength(shape);
  const isRepeated = only !== undefined && others.length === 0 && length !== null;
  const content = isRepeated ? Array.from({ length }, () => only) : null;
  return [known(dtypeOf(x), shape, content ?? reshaped(x, shape).content)];
};

/** The sizes themselves, as a vector; `start` and `end` select a range of them. */
const shapeOperator: Inference = (node, [x]) => {
  const shape = shapeOf(x);
  if (shape === null) return [known('int64', [anySize])];
  const end = attr.int(node, 'end', shape.length);
  const sizes = shape.slice(attr.int(node, 'start', 0), end);
  return [known('int64', [sizes.length], sizes)];
};

const size: Inference = (_, [x]) => {
  const shape = shapeOf(x);
  return [known('int64', [], shape && [product(shape)])];
};

export const reshaping: Inferences = {
  Expand: expand,
  Flatten: flatten,
  Reshape: reshape,
  Shape: shapeOperator,
  Size: size,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
