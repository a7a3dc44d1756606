import { OneirosError } from '../base/errors.js';
import { bytesPerElement, type NumericDType } from '../tensor/dtype.js';
import { type NumericTensor, numericTensor, sizeOf } from '../tensor/tensor.js';

/** A tensor in a file: what it is, and its elements once they are asked for. */
export interface StoredTensor {
  readonly dtype: NumericDType;
  readonly dims: readonly number[];
  /**
   * Reads the elements, and nothing but them. They may be a view of the file's bytes: not to be written to.
   * @throws OneirosError `bad-input` if the file ends before them, or whatever the source throws
   */
  load(): Promise<NumericTensor>;
}

/** The tensors of a checkpoint by name, in the file's order. Nothing is read before it is asked for. */
export type Weights = ReadonlyMap<string, StoredTensor>;

/** A tensor in memory as one of a checkpoint. */
export function stored(tensor: NumericTensor): StoredTensor {
  return { dtype: tensor.dtype, dims: tensor.dims, load: () => Promise.resolve(tensor) };
}

/** The tensor over `bytes`, which are copied only where the element type's alignment wants it. */
export function tensorOver(dtype: NumericDType, bytes: Uint8Array, dims: readonly number[]): NumericTensor {
  const aligned = bytes.byteOffset % bytesPerElement(dtype) === 0 ? bytes : new Uint8Array(bytes);
  return numericTensor(dtype, aligned.buffer, dims, aligned.byteOffset);
}

/** More axes than any tensor of a network has; PyTorch's own limit. */
export const maxRank = 64;

/**
 * How many bytes a tensor of these dimensions takes.
 * @param what names the tensor in the error
 * @throws OneirosError `bad-input` if these are no dimensions, or their product is beyond exact numbers
 */
export function byteSizeOf(what: string, dtype: NumericDType, dims: readonly number[]): number {
  const size = sizeOf(dims) * bytesPerElement(dtype);
  const valid = dims.length <= maxRank && dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (!valid || !Number.isSafeInteger(size))
    throw new OneirosError('bad-input', `${what} has impossible dimensions [${preview(dims)}]`);
  return size;
}

function preview(dims: readonly number[]): string {
  return dims.length > 8 ? `${dims.slice(0, 8).join(', ')}, …` : dims.join(', ');
}

/** A name out of a file for a message: quoted, and cut where it is absurdly long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
