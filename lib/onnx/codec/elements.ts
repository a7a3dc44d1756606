import type { DType } from '../../tensor/dtype.js';
import { TensorProto_DataType as Code } from '../proto/onnx_pb.js';

const pairs = [
  ['float32', Code.FLOAT],
  ['float64', Code.DOUBLE],
  ['float16', Code.FLOAT16],
  ['bfloat16', Code.BFLOAT16],
  ['int8', Code.INT8],
  ['uint8', Code.UINT8],
  ['int16', Code.INT16],
  ['uint16', Code.UINT16],
  ['int32', Code.INT32],
  ['uint32', Code.UINT32],
  ['int64', Code.INT64],
  ['uint64', Code.UINT64],
  ['bool', Code.BOOL],
  ['string', Code.STRING],
] as const satisfies readonly (readonly [DType, Code])[];

const codes: ReadonlyMap<DType, number> = new Map(pairs);
const dtypes: ReadonlyMap<number, DType> = new Map(pairs.map(([dtype, code]) => [code, dtype]));

/** ONNX's number for an element type. */
export function elementCode(dtype: DType): number {
  return codes.get(dtype) ?? Code.UNDEFINED;
}

/** The element type with that number; `undefined` if JavaScript has no array for it. */
export function elementType(code: number): DType | undefined {
  return dtypes.get(code);
}

/** ONNX's name for an element type that has no array here, for messages. */
export function elementName(code: number): string {
  return Code[code]?.toLowerCase() ?? `number ${code}`;
}

/** The number of an element type by ONNX's name for it, such as `FLOAT`. */
export function elementCodeOf(name: string): number | undefined {
  const code: unknown = Object.entries(Code).find(([key]) => key === name)?.[1];
  return typeof code === 'number' ? code : undefined;
}
