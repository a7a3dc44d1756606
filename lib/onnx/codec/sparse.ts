import { OneirosError } from '../../base/errors.js';
import { bytesPerElement } from '../../tensor/dtype.js';
import { sizeOf, type Tensor, zeros } from '../../tensor/tensor.js';
import { requireRank } from '../graph/budget.js';
import type { SparseTensorProto } from '../proto/onnx_pb.js';
import type { ExternalReader } from './external-reference.js';
import { bytesOf, decodeTensor } from './tensor.js';

/** The most bytes that the sparse constants of one model may take with their zeros. */
const most = 2 ** 28;

/** Writes sparse constants out, so that nothing else needs to know them. A few bytes can declare any size. */
export class SparseDecoder {
  #left = most;

  constructor(readonly external: ExternalReader | undefined) {}

  /**
   * A sparse constant with its zeros.
   * @throws OneirosError `bad-input` if values, indices and dimensions contradict each other; `too-large` if all
   *   together take too much memory; `unsupported` for elements that JavaScript has no array for, or texts
   */
  decode({ values, indices, dims }: SparseTensorProto): Tensor {
    const what = `the sparse constant "${values?.name ?? ''}"`;
    if (values === undefined || indices === undefined)
      throw new OneirosError('bad-input', `${what} has no values or no indices`);
    const [given, places] = [decodeTensor(values, this.external), decodeTensor(indices, this.external)];
    if (given.dtype === 'opaque' || given.dtype === 'string')
      throw new OneirosError('unsupported', `${what} has elements that are not numbers of a supported type`);
    const sizes = this.#sizesOf(dims, bytesPerElement(given.dtype), what);
    const at = positions(places, given.data.length, sizes, what);
    const made = zeros(given.dtype, sizes);
    const [from, to, width] = [bytesOf(given), bytesOf(made), bytesPerElement(given.dtype)];
    for (const [i, position] of at.entries())
      to.set(from.subarray(i * width, (i + 1) * width), position * width);
    return made;
  }

  #sizesOf(dims: readonly bigint[], width: number, what: string): readonly number[] {
    requireRank(what, dims.length);
    const sizes = dims.map(Number);
    const bytes = sizeOf(sizes) * width;
    if (sizes.some((size) => !Number.isSafeInteger(size) || size < 0))
      throw new OneirosError('bad-input', `${what} has impossible dimensions [${dims.join(', ')}]`);
    if (!(bytes <= this.#left))
      throw new OneirosError(
        'too-large',
        `${what} of dimensions [${dims.join(', ')}] is too large with its zeros: all sparse constants together may take ${most / 2 ** 20} MB`,
      );
    this.#left -= bytes;
    return sizes;
  }
}

/** Where each value goes: indices are positions, or one row of coordinates for each value. */
function positions(
  indices: ReturnType<typeof decodeTensor>,
  count: number,
  sizes: readonly number[],
  what: string,
): readonly number[] {
  const rows = indices.dims.length === 2 ? sizes.length : 1;
  const fits = indices.dtype === 'int64' && indices.dims.length <= 2 && indices.data.length === count * rows;
  if (!fits)
    throw new OneirosError(
      'bad-input',
      `${what} has ${count} values, but indices of dimensions [${indices.dims.join(', ')}]`,
    );
  const within = indices.dims.length === 2 ? sizes : [sizeOf(sizes)];
  const numbers = Array.from(indices.data, Number);
  return Array.from({ length: count }, (_, i) =>
    within.reduce((position, size, axis) => {
      const index = numbers[i * rows + axis]!;
      if (!(index >= 0 && index < size))
        throw new OneirosError('bad-input', `${what} has the index ${index} along an axis of ${size}`);
      return position * size + index;
    }, 0),
  );
}
