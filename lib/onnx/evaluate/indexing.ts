import { sizeOf } from '../../tensor/tensor.js';
import { attr } from '../attributes.js';
import { axisFrom, type Evaluation, type Evaluations, isNumericTensor } from './element.js';

const gather: Evaluation = (node, [x, indices]) => {
  if (!isNumericTensor(x) || (indices?.dtype !== 'int64' && indices?.dtype !== 'int32')) return null;
  const picked = indices.data;
  const axis = axisFrom(attr.int(node, 'axis', 0), x.dims.length);
  const size = x.dims[axis];
  if (size === undefined) return null;
  const isInside = (index: number | bigint) => axisFrom(Number(index), size) >= 0;
  const isDefined = () => picked.every(isInside);
  const behind = sizeOf(x.dims.slice(axis + 1));
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  const element = (i: number) => {
    const index = axisFrom(Number(picked[Math.floor(i / behind) % picked.length]!), size);
    const before = Math.floor(i / (behind * picked.length));
    return x.data[(before * size + index) * behind + (i % behind)]!;
  };
  return { dtype: x.dtype, dims, element, isDefined };
};

export const indexing: Evaluations = {
  Gather: gather,
};
