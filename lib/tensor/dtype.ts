/** The typed array of each element type. float16 and bfloat16 elements are their 16 bits, bool elements 0 or 1. */
export interface DataOf {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  string: readonly string[];
}

/** An element type, by ONNX Runtime's name. */
export type DType = keyof DataOf;
/** The element types that gradients flow through. */
export type FloatDType = 'float16' | 'float32' | 'float64';
/** Every element type but `string`: those with a fixed size in bytes. */
export type NumericDType = Exclude<DType, 'string'>;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** Bytes of one element. */
export function bytesPerElement(dtype: NumericDType): number {
  return arrays[dtype].BYTES_PER_ELEMENT;
}

/** The typed array class of an element type. */
export function arrayOf<D extends NumericDType>(dtype: D): (typeof arrays)[D] {
  return arrays[dtype];
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16';
}

export function isNumeric(dtype: DType): dtype is NumericDType {
  return dtype !== 'string';
}
