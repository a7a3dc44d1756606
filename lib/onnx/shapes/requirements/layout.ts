import { OneirosError } from '../../../base/errors.js';
import { mul } from '../../facts/dim.js';
import { numbersIn } from '../../facts/facts.js';
import { attr, describe } from '../../graph/attributes.js';
import { fromFront } from '../../graph/axis.js';
import type { Dim, Node } from '../../graph/graph.js';
import type { Check, Checks } from './requirements.js';

const secondIsVector: Check = (of) => of.vector(1);
/** ONNX Runtime takes one axis as a scalar too. */
const secondIsAxes: Check = (of) => {
  if (of.shape(1)?.length !== 0) of.vector(1);
};
const secondIsSingle: Check = (of) => of.single(1);

const pad: Check = (of) => {
  of.vector(3);
  const axes = of.axisCount(3);
  of.vector(1, axes === null ? null : mul(axes, 2));
  of.attribute('pads', twice(of.rank(0)));
  of.attribute('paddings', twice(of.rank(0)));
  of.single(2);
};

const slice: Check = (of) => {
  const count = of.size(1, 0);
  for (const input of [1, 2, 3, 4]) of.vector(input, count);
  if (exceeds(count ?? 0, of.rank(0) ?? undefined)) of.fail(`${count} starts for ${of.rank(0)} axes`);
};

/** In the first operator set, Tile takes one count and one axis. */
const tile: Check = (of) => {
  if (of.node.inputs.length === 2) of.vector(1, of.rank(0));
};

const split: Check = (of) => {
  of.vector(1, of.node.outputs.length);
  of.attribute('split', of.node.outputs.length);
  requireSplitCount(of.node);
};

/**
 * A node with `num_outputs` has that many outputs.
 * @throws OneirosError `bad-input`
 */
export function requireSplitCount(node: Node): void {
  const count = attr.int(node, 'num_outputs', node.outputs.length);
  if (count !== node.outputs.length)
    throw new OneirosError(
      'bad-input',
      `${describe(node)}: num_outputs is ${count}, but it has ${node.outputs.length} outputs`,
    );
}

const gatherElements: Check = (of) => {
  const [data, indices] = [of.shape(0), of.shape(1)];
  if (data === null || indices === null) return;
  of.same('axes of data and indices', data.length, indices.length);
  of.axis('axis', 0);
  const along = fromFront(attr.int(of.node, 'axis', 0), data.length);
  const beyond = indices.findIndex((size, i) => i !== along && exceeds(size, data[i]));
  if (beyond >= 0)
    of.fail(`indices have the size ${indices[beyond]} along axis ${beyond}, data ${data[beyond]}`);
};

const scatterElements: Check = (of) => {
  gatherElements(of);
  const indices = of.shape(1);
  if (indices !== null) of.shaped(2, indices);
};

const gatherND: Check = (of) => {
  const [data, indices] = [of.shape(0), of.shape(1)];
  const batch = attr.int(of.node, 'batch_dims', 0);
  const limit = Math.min(data?.length ?? Infinity, indices?.length ?? Infinity);
  if (batch < 0 || batch >= limit) of.fail(`batch_dims must be at least 0 and below ${limit}, not ${batch}`);
  if (data === null || indices === null) return;
  for (let i = 0; i < batch; i++) of.same(`sizes of batch axis ${i}`, data[i]!, indices[i]!);
  if (exceeds(indices.at(-1)!, data.length - batch))
    of.fail(`indices of ${indices.at(-1)} numbers reach beyond ${data.length} axes`);
};

const scatterND: Check = (of) => {
  const [data, indices] = [of.shape(0), of.shape(1)];
  const depth = indices?.at(-1);
  if (data === null || indices === null || typeof depth !== 'number') return;
  if (depth > data.length) of.fail(`indices of ${depth} numbers reach beyond ${data.length} axes`);
  of.shaped(2, [...indices.slice(0, -1), ...data.slice(depth)]);
};

const reverseSequence: Check = (of) => {
  const [batch, time] = [attr.int(of.node, 'batch_axis', 1), attr.int(of.node, 'time_axis', 0)];
  if (batch + time !== 1 || batch * time !== 0)
    of.fail(`batch_axis and time_axis must be 0 and 1, not ${batch} and ${time}`);
  of.vector(1, of.size(0, batch));
};

const oneHot: Check = (of) => {
  of.single(1);
  of.vector(2, 2);
};

const constantOfShape: Check = (of) => {
  of.vector(0);
  const value = attr.has(of.node, 'value') ? attr.tensor(of.node, 'value').data.length : 1;
  if (value !== 1) of.fail(`attribute value has ${value} elements, not 1`);
  const negative = numbersIn(of.inputs[0])?.find((size) => size < 0);
  if (negative !== undefined) of.fail(`a size of ${negative} is not possible`);
};

/** Operators that move, select or make elements. */
export const layoutChecks: Checks = [
  ['Compress', secondIsVector],
  ['ConstantOfShape', constantOfShape],
  ['Expand', secondIsVector],
  ['GatherElements', gatherElements],
  ['GatherND', gatherND],
  ['OneHot', oneHot],
  ['Pad', pad],
  ['Range', (of) => of.single(0, 1, 2)],
  ['Reshape', secondIsVector],
  ['ReverseSequence', reverseSequence],
  ['ScatterElements', scatterElements],
  ['ScatterND', scatterND],
  ['Slice', slice],
  ['Split', split],
  ['Squeeze', secondIsAxes],
  ['Tile', tile],
  ['TopK', secondIsSingle],
  ['Trilu', secondIsSingle],
  ['Unsqueeze', secondIsAxes],
];

function exceeds(size: Dim, limit: Dim | undefined): boolean {
  return typeof size === 'number' && typeof limit === 'number' && size > limit;
}

function twice(count: number | null): number | null {
  return count === null ? null : 2 * count;
}
