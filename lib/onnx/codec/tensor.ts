import { OneirosError } from '../../base/errors.js';
import { arrayOf, bytesPerElement, type NumericDType } from '../../tensor/dtype.js';
import { type NumericTensor, numericTensor, sizeOf, type Tensor, tensor } from '../../tensor/tensor.js';
import { requireRank } from '../graph/budget.js';
import type { OpaqueTensor } from '../graph/graph.js';
import { remainder, revise } from '../proto/message.js';
import { type TensorProto, TensorProto_DataLocation, TensorProtoSchema } from '../proto/onnx_pb.js';
import { elementCode, elementType } from './elements.js';
import { type ExternalReader, referenceOf } from './external-reference.js';
import { int64Field } from './int64.js';
import { decodeText, encodeText } from './text.js';

/**
 * A constant. Aligned raw data is not copied: the tensor is then a view of the file's bytes.
 * @throws OneirosError `bad-input` if dimensions and data contradict each other
 */
export function decodeTensor(proto: TensorProto, external?: ExternalReader): Tensor | OpaqueTensor {
  const what = `the constant "${proto.name}"`;
  const dims = decodeDims(proto, what);
  const raw = rawBytes(proto, what, external);
  const dtype = elementType(proto.dataType);
  if (dtype === undefined) {
    if (proto.dataType === 0) throw new OneirosError('bad-input', `${what} has no element type`);
    return { dtype: 'opaque', dims, origin: raw ? embed(proto, raw) : proto };
  }
  if (dtype === 'string') return decodeStrings(proto, dims, what);
  return raw === undefined ? decodeTyped(proto, dtype, dims, what) : decodeRaw(raw, dtype, dims, what);
}

function decodeDims(proto: TensorProto, what: string): readonly number[] {
  requireRank(what, proto.dims.length);
  const dims = proto.dims.map(Number);
  const fits = dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (!fits || !Number.isSafeInteger(sizeOf(dims)))
    throw new OneirosError('bad-input', `${what} has impossible dimensions [${proto.dims.join(', ')}]`);
  return dims;
}

function rawBytes(proto: TensorProto, what: string, external?: ExternalReader): Uint8Array | undefined {
  if (proto.dataLocation !== TensorProto_DataLocation.EXTERNAL)
    return Object.hasOwn(proto, 'rawData') ? proto.rawData : undefined;
  const reference = referenceOf(proto);
  if (external === undefined)
    throw new OneirosError(
      'not-found',
      `${what} is stored outside the model, in "${reference.location}": read the model by its path, or pass externalData`,
    );
  return external(reference);
}

/** The message with its data embedded, so that it no longer needs the external file. */
function embed(proto: TensorProto, rawData: Uint8Array): TensorProto {
  return revise(TensorProtoSchema, proto, {
    rawData,
    externalData: [],
    dataLocation: TensorProto_DataLocation.DEFAULT,
  });
}

function decodeRaw(raw: Uint8Array, dtype: NumericDType, dims: readonly number[], what: string): Tensor {
  const expected = sizeOf(dims) * bytesPerElement(dtype);
  if (raw.length !== expected)
    throw new OneirosError(
      'bad-input',
      `${what} of type ${dtype} and dimensions [${dims.join(', ')}] takes ${expected} bytes, but has ${raw.length}`,
    );
  const aligned = raw.byteOffset % bytesPerElement(dtype) === 0 ? raw : new Uint8Array(raw);
  return numericTensor(dtype, aligned.buffer, dims, aligned.byteOffset);
}

function decodeTyped(proto: TensorProto, dtype: NumericDType, dims: readonly number[], what: string): Tensor {
  const data = typedData(proto, dtype);
  checkCount(data.length, dims, what);
  return numericTensor(dtype, data.buffer, dims);
}

/** The elements, from the field in which ONNX stores this type. */
function typedData(proto: TensorProto, dtype: NumericDType): NumericTensor['data'] {
  switch (dtype) {
    case 'float32':
      return new Float32Array(proto.floatData);
    case 'float64':
      return new Float64Array(proto.doubleData);
    case 'int64':
      return new BigInt64Array(proto.int64Data);
    case 'uint64':
      return new BigUint64Array(proto.uint64Data);
    case 'uint32':
      return Uint32Array.from(proto.uint64Data, Number);
    default:
      return new (arrayOf(dtype))(proto.int32Data);
  }
}

function decodeStrings(proto: TensorProto, dims: readonly number[], what: string): Tensor | OpaqueTensor {
  checkCount(proto.stringData.length, dims, what);
  const texts = proto.stringData.map(decodeText);
  return texts.every((text) => text !== undefined)
    ? tensor('string', texts, dims)
    : { dtype: 'opaque', dims, origin: proto };
}

function checkCount(count: number, dims: readonly number[], what: string): void {
  if (count !== sizeOf(dims))
    throw new OneirosError(
      'bad-input',
      `${what} of dimensions [${dims.join(', ')}] takes ${sizeOf(dims)} elements, but has ${count}`,
    );
}

/** The message of a constant; its raw data is the tensor's memory, not a copy. */
export function encodeTensor(name: string, value: Tensor | OpaqueTensor, origin?: TensorProto): TensorProto {
  if (value.dtype === 'opaque') return revise(TensorProtoSchema, value.origin, { name });
  const dims = value.dims.map((dim) => int64Field(dim, `a size of the constant "${name}"`));
  const dataType = elementCode(value.dtype);
  const common = { name, dims, dataType };
  return value.dtype === 'string'
    ? revise(TensorProtoSchema, origin, { ...common, stringData: value.data.map(encodeText) })
    : revise(TensorProtoSchema, origin, { ...common, rawData: bytesOf(value) });
}

/** The memory of a tensor, as bytes. */
export function bytesOf({ data }: NumericTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A constant's message without its value: documentation and unknown fields. */
export function tensorRemainder(proto: TensorProto): TensorProto | undefined {
  const rest = remainder(TensorProtoSchema, proto, [
    'name',
    'dims',
    'dataType',
    'segment',
    'floatData',
    'int32Data',
    'stringData',
    'int64Data',
    'rawData',
    'externalData',
    'dataLocation',
    'doubleData',
    'uint64Data',
  ]);
  return rest && revise(TensorProtoSchema, rest, { name: proto.name });
}
