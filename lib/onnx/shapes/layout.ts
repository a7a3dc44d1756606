import { add, anySize, floorDiv, isEqual, mul, sub } from '../facts/dim.js';
import {
  anyShape,
  axisOf,
  commonDType,
  contradiction,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  listOf,
  requireRank,
  sameAsFirst,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Node, Shape } from '../graph/graph.js';
import { unify } from './broadcast.js';
import { contentLength } from './content.js';
import { wantedSizes } from './reshaping.js';

const tile: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  // Operator set 1 takes one number of repeats, and the axis in a third input.
  const isOfOneAxis = node.inputs.length === 3;
  const repeats = isOfOneAxis ? null : wantedSizes(node, inputs, 1);
  if (repeats === null) return [known(dtypeOf(x), anyShape(shape.length))];
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
  if (length === null) return [known(dtype, shape)];
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

export const layout: Inferences = {
  Trilu: sameAsFirst,
  Concat: concat,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Tile: tile,
};
