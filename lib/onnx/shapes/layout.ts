import { attr } from '../attributes.js';
import type { Dim, Node, Shape } from '../graph.js';
import { broadcast, unify } from './broadcast.js';
import { contentLength } from './content.js';
import { add, anySize, floorDiv, isEqual, mul, product, sub, symbolsOf } from './dim.js';
import {
  anyShape,
  axisOf,
  commonDType,
  contradiction,
  dtypeOf,
  isGiven,
  known,
  listOf,
  numbersIn,
  requireRank,
  shapeOf,
  type Facts,
  type Inference,
  type Inferences,
} from './facts.js';

/** Same elements, another shape: content stays where the result is a vector or scalar. */
function reshaped(x: Facts | undefined, shape: Shape | null): Facts {
  const content = x?.content ?? null;
  return known(dtypeOf(x), shape, contentLength(shape) === content?.length ? content : null);
}

/** The elements of an input that says how large the result is to be; `null` where not even their number is known. */
function wantedSizes(node: Node, inputs: readonly Facts[], index: number): Shape | null {
  const { content = null } = inputs[index] ?? {};
  const [length] = requireRank(node, inputs, index, 1) ?? [];
  if (content !== null) return content.map((item) => (isSize(item) ? item : anySize));
  return typeof length === 'number' && length <= 64 ? anyShape(length) : null;
}

/** An element that came out of sizes: of one that came out of data it may be that it is -1, say. */
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

/** Puts in the size that is -1, and checks that the number of elements stays what it was. */
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
  const axis = axisOf(node, inputs, attr.int(node, 'axis', 1), shape.length + 1);
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
    throw contradiction(node, inputs, `perm [${perm.join(', ')}] is no order of ${shape.length} axes`);
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

const tile: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  const repeats = wantedSizes(node, inputs, 1) ?? anyShape(shape.length);
  if (repeats.length !== shape.length)
    throw contradiction(node, inputs, `${repeats.length} repeats for ${shape.length} axes`);
  return [
    known(
      dtypeOf(x),
      shape.map((size, i) => mul(size, repeats[i]!)),
    ),
  ];
};

const concat: Inference = (node, inputs) => {
  const dtype = commonDType(node, inputs);
  const shapes = inputs.map(shapeOf).filter((shape) => shape !== null);
  const [first] = shapes;
  if (first === undefined) return [known(dtype, null)];
  const axis = axisOf(node, inputs, attr.int(node, 'axis'), first.length);
  if (shapes.some((shape) => shape.length !== first.length))
    throw contradiction(node, inputs, 'tensors of different rank cannot be concatenated');
  const shape = first.map((_, i) => {
    const sizes = shapes.map((each) => each[i]!);
    if (i !== axis) return sizes.reduce((a, b) => unify(node, inputs, `sizes of axis ${i}`, a, b));
    return shapes.length === inputs.length ? sizes.reduce(add) : anySize;
  });
  const length = contentLength(shape);
  const content = inputs.flatMap((input): readonly Dim[] => {
    const size = contentLength(shapeOf(input)) ?? 0;
    return input.content ?? Array.from({ length: size }, () => anySize);
  });
  return [known(dtype, shape, content.length === length && content.some(isNamed) ? content : null)];
};

function isNamed(item: Dim): boolean {
  return item !== anySize;
}

const split: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  const count = node.outputs.length;
  if (shape === null) return node.outputs.map(() => known(dtypeOf(x), null));
  const axis = axisOf(node, inputs, attr.int(node, 'axis', 0), shape.length);
  const size = shape[axis]!;
  const parts = listOf(node, inputs, 'split', 1);
  const sizes = parts === undefined ? evenParts(node, inputs, size, count) : (parts ?? anyShape(count));
  if (sizes.length !== count || (parts && isEqual(sizes.reduce(add, 0), size) === false))
    throw contradiction(
      node,
      inputs,
      `size ${size} cannot be split into [${sizes.join(', ')}] for ${count} outputs`,
    );
  let from = 0;
  return sizes.map((part) => {
    const content = typeof part === 'number' ? x?.content?.slice(from, (from += part)) : null;
    return known(dtypeOf(x), shape.with(axis, part), content);
  });
};

/** Equal parts; with `num_outputs` (operator set 18) the last may be smaller. */
function evenParts(node: Node, inputs: readonly Facts[], size: Dim, count: number): Shape {
  const mayBeUneven = attr.has(node, 'num_outputs');
  if (typeof size === 'number' && size % count !== 0 && !mayBeUneven)
    throw contradiction(node, inputs, `size ${size} cannot be split into ${count} equal parts`);
  const part = floorDiv(mayBeUneven ? add(size, count - 1) : size, count);
  return Array.from({ length: count }, (_, i) => (i < count - 1 ? part : sub(size, mul(part, count - 1))));
}

const pad: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  const amounts = isGiven(node, 1)
    ? inputs[1]?.content
    : attr.ints(node, 'pads', attr.ints(node, 'paddings', []));
  const axes = isGiven(node, 3) ? numbersIn(inputs[3]) : shape.map((_, i) => i);
  if (!amounts || axes === null) return [known(dtypeOf(x), anyShape(shape.length))];
  if (amounts.length !== 2 * axes.length)
    throw contradiction(node, inputs, `${amounts.length} pads for ${axes.length} axes: two each are needed`);
  const padded = [...shape];
  for (const [i, axis] of axes.entries()) {
    const at = axisOf(node, inputs, axis, shape.length);
    padded[at] = add(shape[at]!, add(amounts[i]!, amounts[i + axes.length]!));
  }
  return [known(dtypeOf(x), padded)];
};

/** [n, c·b², h, w] → [n, c, h·b, w·b] */
const depthToSpace: Inference = (node, inputs) => {
  const shape = requireRank(node, inputs, 0, 4);
  const block = attr.int(node, 'blocksize');
  if (shape === null) return [known(dtypeOf(inputs[0]), anyShape(4))];
  const [n, c, h, w] = [shape[0]!, shape[1]!, shape[2]!, shape[3]!];
  if (typeof c === 'number' && c % block ** 2 !== 0)
    throw contradiction(node, inputs, `${c} channels do not divide by ${block}²`);
  return [known(dtypeOf(inputs[0]), [n, floorDiv(c, block ** 2), mul(h, block), mul(w, block)])];
};

/** [n, c, h, w] → [n, c·b², h/b, w/b] */
const spaceToDepth: Inference = (node, inputs) => {
  const shape = requireRank(node, inputs, 0, 4);
  const block = attr.int(node, 'blocksize');
  if (shape === null) return [known(dtypeOf(inputs[0]), anyShape(4))];
  const [n, c, h, w] = [shape[0]!, shape[1]!, shape[2]!, shape[3]!];
  if ([h, w].some((size) => typeof size === 'number' && size % block !== 0))
    throw contradiction(node, inputs, `${h}×${w} does not divide into blocks of ${block}`);
  return [known(dtypeOf(inputs[0]), [n, mul(c, block ** 2), floorDiv(h, block), floorDiv(w, block)])];
};

/** The sizes themselves, as a vector; `start` and `end` select a stretch of them. */
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

export const layout: Inferences = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Pad: pad,
  Reshape: reshape,
  Shape: shapeOperator,
  Size: size,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
