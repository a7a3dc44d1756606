import { OneirosError } from '../base/errors.js';
import { bytesPerElement, type NumericDType } from '../tensor/dtype.js';
import { type NumericTensor, numericTensor, sizeOf } from '../tensor/tensor.js';

/** A tensor in a file; its elements are read on demand. */
export interface StoredTensor {
  readonly dtype: NumericDType;
  readonly dims: readonly number[];
  /**
   * Reads only the elements of this tensor. Do not write to them: they may be a view of the file's bytes.
   * @throws OneirosError `bad-input` if the file is too short; any error of the source
   */
  load(): Promise<NumericTensor>;
}

/** The tensors of a checkpoint by name, in the file's order. Elements are read on demand. */
export type Weights = ReadonlyMap<string, StoredTensor>;

/** Wraps a tensor in memory as a tensor of a checkpoint. */
export function stored(tensor: NumericTensor): StoredTensor {
  return { dtype: tensor.dtype, dims: tensor.dims, load: () => Promise.resolve(tensor) };
}

/** A tensor that views `bytes`; they are copied only if they are not aligned for the element type. */
export function tensorOver(dtype: NumericDType, bytes: Uint8Array, dims: readonly number[]): NumericTensor {
  const aligned = bytes.byteOffset % bytesPerElement(dtype) === 0 ? bytes : new Uint8Array(bytes);
  return numericTensor(dtype, aligned.buffer, dims, aligned.byteOffset);
}

/** The maximum number of axes, as in PyTorch. */
export const maxRank = 64;

/**
 * The size in bytes of a tensor with these dimensions.
 * @param what names the tensor in the error
 * @throws OneirosError `bad-input` if a dimension is invalid, or the size is not a safe integer
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

/** Quotes a name from a file for a message; cuts it to 100 characters. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
