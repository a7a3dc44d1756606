import { create } from '@bufbuild/protobuf';

import { OneirosError } from '../../base/errors.js';
import { requireRank } from '../graph/budget.js';
import type { Dim, TensorType, ValueInfo } from '../graph/graph.js';
import { remainder, revise } from '../proto/message.js';
import {
  type TensorShapeProto_Dimension,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  type TypeProto,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.js';
import { elementCode, elementName, elementType } from './elements.js';
import { int64Field } from './int64.js';

/**
 * The declaration of a value. Each axis without a size or a name gets a unique symbol: the third axis of `image` is
 * `image.2`. Writing the value removes the symbol again.
 */
export function decodeValueInfo(proto: ValueInfoProto): ValueInfo {
  if (proto.name === '')
    throw new OneirosError('bad-input', 'the model declares an input, output or value without a name');
  return { name: proto.name, type: decodeType(proto.name, proto.type), origin: proto };
}

function decodeType(name: string, proto: TypeProto | undefined): TensorType | null {
  if (proto?.value.case !== 'tensorType') return null;
  const { elemType, shape } = proto.value.value;
  const dtype = elementType(elemType);
  if (dtype === undefined) return null;
  requireRank(`the value "${name}"`, shape?.dim.length ?? 0);
  return { dtype, shape: shape ? shape.dim.map((dim, axis) => decodeDim(dim, symbolOf(name, axis))) : null };
}

/**
 * What a file declares a value to be if that has no type here: `float8e4m3fn`, `a sequence`; `null` if it has one, or if
 * the file says nothing.
 */
export function otherType({ type, origin }: ValueInfo): string | null {
  const value = origin?.type?.value;
  if (type !== null || value?.case === undefined) return null;
  if (value.case === 'tensorType')
    return value.value.elemType === 0 ? null : elementName(value.value.elemType);
  return others[value.case];
}

const others = {
  sequenceType: 'a sequence',
  mapType: 'a map',
  optionalType: 'an optional value',
  sparseTensorType: 'a sparse tensor',
  opaqueType: 'an opaque value',
} as const;

function symbolOf(name: string, axis: number): string {
  return `${name}.${axis}`;
}

function decodeDim({ value }: TensorShapeProto_Dimension, otherwise: string): Dim {
  if (value.case === 'dimValue' && value.value >= 0n) {
    if (value.value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new OneirosError(
        'bad-input',
        `axis "${otherwise}" has the impossible size ${String(value.value)}`,
      );
    return Number(value.value);
  }
  // Exporters write "unknown" as a name that begins with "?"; it may mean a different size each time.
  return value.case === 'dimParam' && /^[^?]/.test(value.value) ? value.value : otherwise;
}

export function encodeValueInfo({ name, type, origin }: ValueInfo): ValueInfoProto {
  const rest = origin && remainder(ValueInfoProtoSchema, origin, ['name', 'type']);
  const encoded = type === null ? origin?.type : encodeType(name, type, origin);
  return revise(ValueInfoProtoSchema, rest, { name, ...(encoded && { type: encoded }) });
}

function encodeType(
  name: string,
  { dtype, shape }: TensorType,
  origin: ValueInfoProto | undefined,
): TypeProto {
  const before = origin?.type?.value.case === 'tensorType' ? origin.type.value.value : undefined;
  const dims = before?.shape?.dim ?? [];
  const tensorType = revise(TypeProto_TensorSchema, before, { elemType: elementCode(dtype) });
  tensorType.shape =
    shape === null
      ? undefined
      : revise(TensorShapeProtoSchema, before?.shape, {
          dim: shape.map((dim, axis) => encodeDim(dim, symbolOf(origin?.name ?? name, axis), dims[axis])),
        });
  return revise(TypeProtoSchema, origin?.type, { value: { case: 'tensorType', value: tensorType } });
}

function encodeDim(
  dim: Dim,
  otherwise: string,
  before: TensorShapeProto_Dimension | undefined,
): TensorShapeProto_Dimension {
  if (before !== undefined && decodeDim(before, otherwise) === dim) return before;
  return create(TensorShapeProto_DimensionSchema, {
    value:
      typeof dim === 'number'
        ? { case: 'dimValue', value: int64Field(dim, `the size of axis "${otherwise}"`) }
        : { case: 'dimParam', value: dim },
  });
}
