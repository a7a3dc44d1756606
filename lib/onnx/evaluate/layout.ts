import { sizeOf } from '../../tensor/tensor.js';
import { attr } from '../graph/attributes.js';
import { axisFrom, type Evaluation, type Evaluations, isNumericTensor } from './element.js';

const concat: Evaluation = (node, inputs) => {
  const parts = inputs.filter(isNumericTensor);
  const [first] = parts;
  if (first === undefined || parts.length !== inputs.length) return null;
  const axis = axisFrom(attr.int(node, 'axis'), first.dims.length);
  if (axis < 0 || parts.some(({ dtype, dims }) => dtype !== first.dtype || dims.length !== first.dims.length))
    return null;
  const total = parts.reduce((sum, { dims }) => sum + dims[axis]!, 0);
  const behind = sizeOf(first.dims.slice(axis + 1));
  const dims = first.dims.map((size, i) => (i === axis ? total : size));
  // The length of each part within a row of the result, and where it begins.
  const lengths = parts.map(({ dims: own }) => own[axis]! * behind);
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  const element = (i: number) => {
    const row = Math.floor(i / (total * behind));
    const at = i % (total * behind);
    const part = lastAtMost(starts, at);
    return parts[part]!.data[row * lengths[part]! + at - starts[part]!]!;
  };
  return { dtype: first.dtype, dims, element };
};

/** The index of the last number in a sorted list that is not greater than `value`. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}

export const layout: Evaluations = {
  Concat: concat,
};
