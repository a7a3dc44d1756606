import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { roundHalfToEven } from '../base/round.js';
import { arrayOf, type DataOf, type DType, type NumericDType } from './dtype.js';

/** A dense, row-major array with its element type; `data.length` is the product of `dims`. */
export interface TensorOf<D extends DType> {
  readonly dtype: D;
  readonly dims: readonly number[];
  readonly data: DataOf[D];
}

/** A tensor of any element type: `dtype` tells the type of `data`. */
export type Tensor = { [D in DType]: TensorOf<D> }[DType];
/** A tensor of any element type except `string`. */
export type NumericTensor = { [D in NumericDType]: TensorOf<D> }[NumericDType];
export type Float32Tensor = TensorOf<'float32'>;

/** The number of elements of a tensor with these dimensions: 1 for a scalar. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * A tensor over `data` (not copied).
 * @throws OneirosError `bad-argument` if a dimension is not an integer ≥ 0, or `data.length` is not their product
 */
export function tensor<D extends DType>(dtype: D, data: DataOf[D], dims: readonly number[]): TensorOf<D> {
  check('tensor', { dtype: [dtype, kind.text], data: [data, kind.data], dims: [dims, kind.numbers] });
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0))
    throw new OneirosError(
      'bad-argument',
      `tensor dimensions must be whole numbers ≥ 0, not [${dims.join(', ')}]`,
    );
  if (data.length !== sizeOf(dims))
    throw new OneirosError(
      'bad-argument',
      `a ${dtype} tensor of dimensions [${dims.join(', ')}] has ${sizeOf(dims)} elements, not ${data.length}`,
    );
  return { dtype, data, dims };
}

/**
 * A float32 tensor. A plain array is converted; a Float32Array is not copied.
 * @param dims by default one axis, `[data.length]`
 * @throws OneirosError `bad-argument` as {@link tensor}
 */
export function float32(data: Float32Array | readonly number[], dims?: readonly number[]): Float32Tensor {
  check('float32', { data: [data, kind.numbers] });
  return tensor(
    'float32',
    data instanceof Float32Array ? data : Float32Array.from(data),
    dims ?? [data.length],
  );
}

/**
 * An int64 tensor of integers.
 * @param dims by default one axis, `[values.length]`
 * @throws OneirosError `bad-argument` as {@link tensor}
 */
export function int64(values: readonly (number | bigint)[], dims?: readonly number[]): TensorOf<'int64'> {
  check('int64', { values: [values, kind.wholeNumbers] });
  return tensor('int64', BigInt64Array.from(values, BigInt), dims ?? [values.length]);
}

/** A tensor of zeros. */
export function zeros(dtype: NumericDType, dims: readonly number[]): NumericTensor {
  return numericTensor(dtype, new (arrayOf(dtype))(sizeOf(dims)).buffer, dims);
}

/**
 * A tensor over the bytes of `buffer` from `byteOffset` on. They are not copied, so `byteOffset` must be a multiple of
 * the element's size.
 */
export function numericTensor(
  dtype: NumericDType,
  buffer: ArrayBufferLike,
  dims: readonly number[],
  byteOffset = 0,
): NumericTensor {
  const n = sizeOf(dims);
  switch (dtype) {
    case 'float32':
      return tensor(dtype, new Float32Array(buffer, byteOffset, n), dims);
    case 'float64':
      return tensor(dtype, new Float64Array(buffer, byteOffset, n), dims);
    case 'float16':
    case 'bfloat16':
    case 'uint16':
      return tensor<typeof dtype>(dtype, new Uint16Array(buffer, byteOffset, n), dims);
    case 'int8':
      return tensor(dtype, new Int8Array(buffer, byteOffset, n), dims);
    case 'uint8':
    case 'bool':
      return tensor<typeof dtype>(dtype, new Uint8Array(buffer, byteOffset, n), dims);
    case 'int16':
      return tensor(dtype, new Int16Array(buffer, byteOffset, n), dims);
    case 'int32':
      return tensor(dtype, new Int32Array(buffer, byteOffset, n), dims);
    case 'uint32':
      return tensor(dtype, new Uint32Array(buffer, byteOffset, n), dims);
    case 'int64':
      return tensor(dtype, new BigInt64Array(buffer, byteOffset, n), dims);
    case 'uint64':
      return tensor(dtype, new BigUint64Array(buffer, byteOffset, n), dims);
  }
}

/** The elements as numbers: int64 beyond ±2^53 is rounded, float16 and bfloat16 are decoded. For small tensors. */
export function toNumbers(t: NumericTensor): number[] {
  if (t.dtype === 'float16') return Array.from(t.data, halfToNumber);
  if (t.dtype === 'bfloat16') return Array.from(t.data, bfloat16ToNumber);
  return Array.from<number | bigint, number>(t.data, Number);
}

/** The value of a half-precision float's 16 bits (IEEE 754 binary16). */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The value of a bfloat16's 16 bits: the upper half of a float32. */
export function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** The 16 bits of the half-precision float nearest to `value`, ties to even. */
export function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundHalfToEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  // A fraction that rounds up to 1024 carries into the exponent by plain addition.
  return sign | (((exponent + 15) << 10) + roundHalfToEven((magnitude / 2 ** exponent - 1) * 1024));
}
