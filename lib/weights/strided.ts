import { bytesPerElement, type NumericDType } from '../tensor/dtype.js';
import { sizeOf } from '../tensor/tensor.js';

/** The strides, in elements, of a row-major array of these dimensions. */
export function rowMajor(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/** The number of elements from the first to the last of a strided array, both included. */
export function spanOf(dims: readonly number[], strides: readonly number[]): number {
  if (dims.includes(0)) return 0;
  return dims.reduce((span, dim, axis) => span + (dim - 1) * strides[axis]!, 1);
}

/** Whether the elements are contiguous in row-major order; an axis of size 1 may have any stride. */
export function isRowMajor(dims: readonly number[], strides: readonly number[]): boolean {
  const dense = rowMajor(dims);
  return dims.every((dim, axis) => dim === 1 || strides[axis] === dense[axis]);
}

/** Copies the array that is stored in `bytes` with these strides (in elements) to row-major order. */
export function toRowMajor(
  dtype: NumericDType,
  bytes: Uint8Array,
  dims: readonly number[],
  strides: readonly number[],
): Uint8Array {
  const width = bytesPerElement(dtype);
  // A copy is aligned. (`slice` would not copy: Node's `Buffer` overrides it to return a view.)
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const length = Math.floor(bytes.length / width);
  const out = new Uint8Array(sizeOf(dims) * width);
  switch (width) {
    case 1:
      gather(new Uint8Array(buffer, byteOffset, length), out, dims, strides);
      break;
    case 2:
      gather(new Uint16Array(buffer, byteOffset, length), new Uint16Array(out.buffer), dims, strides);
      break;
    case 4:
      gather(new Uint32Array(buffer, byteOffset, length), new Uint32Array(out.buffer), dims, strides);
      break;
    default:
      gather(new BigUint64Array(buffer, byteOffset, length), new BigUint64Array(out.buffer), dims, strides);
  }
  return out;
}

/** Copies line by line along the last axis; the indices of the other axes advance like an odometer. */
function gather<T>(
  from: ArrayLike<T>,
  to: { [i: number]: T; readonly length: number },
  dims: readonly number[],
  strides: readonly number[],
): void {
  const line = dims.at(-1) ?? 1;
  const step = strides.at(-1) ?? 1;
  const index = dims.map(() => 0);
  let start = 0;
  for (let at = 0; at < to.length; at += line) {
    for (let i = 0; i < line; i++) to[at + i] = from[start + i * step]!;
    for (let axis = dims.length - 2; axis >= 0; axis--) {
      start += strides[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      start -= strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
}
