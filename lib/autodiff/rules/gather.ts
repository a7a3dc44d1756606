import { type Builder, dtypeOf, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { int64, toNumbers } from '../../tensor/tensor.js';

/** Up to this many elements, a matrix of ones and zeros is multiplied; it takes 4 MiB in float32. */
const mostOneHot = 2 ** 20;

/** How often known indices may pick one element before they are treated as if they were computed. */
const mostRepeats = 4;

/**
 * dx of y = Gather(x, indices) along an axis: the sum of `dy` at the indices that picked an element.
 *
 * Known indices are inverted: `dy` is padded, or gathered by the indices of where each element went. Others become the
 * rows of a one-hot matrix, which every provider multiplies fast, unless it had more than 2²⁰ elements or its size is
 * not known: then the rows of `dy` are scattered and added.
 */
export function gatherCotangent(b: Builder, dy: Value, x: Value, indices: Value, axis: number): Value {
  const rank = rankOf(x);
  const [before, after] = [b.sizeOfAxes(x, 0, axis), b.sizeOfAxes(x, axis + 1, rank)];
  const columns = b.reshape(dy, [before, b.elements(indices), after]);
  const rows = inverted(b, columns, x, indices, axis) ?? added(b, columns, x, b.reshape(indices, [-1]), axis);
  return b.reshape(rows, b.shape(x));
}

/** before × size × after, if the indices are known and repeat little; otherwise `null`. */
function inverted(b: Builder, columns: Value, x: Value, indices: Value, axis: number): Value | null {
  const [size, given] = [x.type?.shape?.[axis], knownIndices(indices)];
  if (typeof size !== 'number' || given === null || given.length === 0 || size > mostOneHot) return null;
  const picked = given.map((index) => (index < 0 ? index + size : index));
  if (picked.some((index) => index < 0 || index >= size)) return null;
  const [first = 0] = picked;
  if (picked.every((index, i) => index === first + i))
    return b.pad(columns, [0, first, 0, 0, size - first - picked.length, 0]);

  // The k-th index that picked each element; the one after the last stands for none.
  const rounds: number[][] = [];
  const count = new Map<number, number>();
  for (const [i, index] of picked.entries()) {
    const round = count.get(index) ?? 0;
    if (round === mostRepeats) return null;
    count.set(index, round + 1);
    rounds[round] ??= Array<number>(size).fill(picked.length);
    rounds[round][index] = i;
  }
  const withNone = b.pad(columns, [0, 0, 0, 0, 1, 0]);
  return rounds
    .map((from) => b.gather(withNone, b.constant(int64(from)), 1))
    .reduce((sum, part) => b.add(sum, part));
}

/** The numbers of constant indices, `null` if they are computed when the graph runs. */
export function knownIndices({ constant }: Value): readonly number[] | null {
  return constant?.dtype === 'int64' || constant?.dtype === 'int32' ? toNumbers(constant) : null;
}

/** before × size × after, for indices that are known only when the graph runs, or repeat much. */
function added(b: Builder, columns: Value, x: Value, indices: Value, axis: number): Value {
  const [count, size] = [indices.type?.shape?.[0], x.type?.shape?.[axis]];
  const isSmall = typeof count === 'number' && typeof size === 'number' && count * size <= mostOneHot;
  if (isSmall) return b.matmul(b.swap(oneHot(b, indices, b.dim(x, axis), columns)), columns);
  // ScatterND writes whole rows: the axis comes first.
  const rows = b.transpose(columns, [1, 0, 2]);
  const shape = [b.dim(x, axis), b.dim(columns, 0), b.dim(columns, 2)];
  const zeros = b.expand(b.scalar(0, dtypeOf(columns)), shape);
  const places = b.unsqueeze(b.cast(indices, 'int64'), [1]);
  return b.transpose(b.op('ScatterND', [zeros, places, rows], { reduction: 'add' }), [1, 0, 2]);
}

/** Rows that are 1 at an index and 0 elsewhere: n × size, in the element type of `like`. */
function oneHot(b: Builder, indices: Value, size: Value, like: Value): Value {
  const dtype = indices.type?.dtype ?? 'int64';
  const limit = b.squeeze(b.cast(size, dtype), [0]);
  const places = b.op('Range', [b.scalar(0, dtype), limit, b.scalar(1, dtype)]);
  const positive = b.where(b.less(indices, 0), b.add(indices, limit), indices);
  return b.castLike(b.equal(b.unsqueeze(positive, [1]), places), like);
}
