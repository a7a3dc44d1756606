import { int64, type NumericTensor, sizeOf } from '../../tensor/tensor.js';
import { attr } from '../graph/attributes.js';
import {
  axisFrom,
  broadcastDims,
  broadcastSteps,
  type Evaluation,
  type Evaluations,
  integers,
  isNumericTensor,
  stridesOf,
} from './element.js';

const shape: Evaluation = (node, [x]) =>
  x === undefined
    ? null
    : int64(x.dims.slice(attr.int(node, 'start', 0), attr.int(node, 'end', x.dims.length)));

/** The same elements under other dimensions. */
function withDims(x: NumericTensor, dims: readonly number[]): NumericTensor | null {
  return sizeOf(dims) === sizeOf(x.dims) ? { ...x, dims } : null;
}

const reshape: Evaluation = (node, [x, sizes]) => {
  const wanted = integers(sizes);
  if (!isNumericTensor(x) || wanted === undefined) return null;
  const keepsZero = attr.int(node, 'allowzero', 0) === 1;
  const dims = wanted.map((size, axis) => (size === 0 && !keepsZero ? (x.dims[axis] ?? 0) : size));
  const rest = dims.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  return withDims(
    x,
    dims.map((size) => (size === -1 ? sizeOf(x.dims) / rest : size)),
  );
};

const squeeze: Evaluation = (_, [x, axes]) => {
  if (!isNumericTensor(x)) return null;
  const gone = integers(axes)?.map((axis) => axisFrom(axis, x.dims.length));
  return withDims(
    x,
    x.dims.filter((size, axis) => (gone === undefined ? size !== 1 : !gone.includes(axis))),
  );
};

const unsqueeze: Evaluation = (_, [x, axes]) => {
  const given = integers(axes);
  if (!isNumericTensor(x) || given === undefined) return null;
  const rank = x.dims.length + given.length;
  const added = given.map((axis) => axisFrom(axis, rank));
  const rest = [...x.dims];
  return withDims(
    x,
    Array.from({ length: rank }, (__, axis) => (added.includes(axis) ? 1 : (rest.shift() ?? 0))),
  );
};

const transpose: Evaluation = (node, [x]) => {
  if (!isNumericTensor(x)) return null;
  const backwards = x.dims.map((_, axis) => x.dims.length - 1 - axis);
  const perm = attr.ints(node, 'perm', backwards);
  const strides = stridesOf(x.dims);
  const dims = perm.map((axis) => x.dims[axis] ?? 0);
  return { from: x, dims, steps: perm.map((axis) => strides[axis] ?? 0) };
};

const expand: Evaluation = (_, [x, sizes]) => {
  const wanted = integers(sizes);
  const dims = isNumericTensor(x) && wanted !== undefined ? broadcastDims(x.dims, wanted) : null;
  if (!isNumericTensor(x) || dims === null) return null;
  return { from: x, dims, steps: broadcastSteps(x.dims, dims) };
};

export const reshaping: Evaluations = {
  Shape: shape,
  Size: (_, [x]) => (x === undefined ? null : int64([sizeOf(x.dims)], [])),
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
};
