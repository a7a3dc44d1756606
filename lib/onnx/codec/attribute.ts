import { OneirosError } from '../../base/errors.js';
import type { Attribute, Graph } from '../graph/graph.js';
import { remainder, revise } from '../proto/message.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType as Type,
  AttributeProtoSchema,
  type GraphProto,
} from '../proto/onnx_pb.js';
import type { ExternalReader } from './external-reference.js';
import { int64Field } from './int64.js';
import { decodeTensor, encodeTensor } from './tensor.js';
import { decodeText, encodeText } from './text.js';

export interface AttributeDecoding {
  readonly external: ExternalReader | undefined;
  readonly graph: (proto: GraphProto) => Graph;
}

/** An attribute's value; kinds that the IR does not model keep their protobuf message. */
export function decodeAttribute(proto: AttributeProto, { external, graph }: AttributeDecoding): Attribute {
  const opaque: Attribute = { type: 'opaque', value: proto };
  if (proto.refAttrName !== '') return opaque;
  switch (typeOf(proto)) {
    case Type.INT:
      return { type: 'int', value: proto.i };
    case Type.FLOAT:
      return { type: 'float', value: proto.f };
    case Type.STRING: {
      const text = decodeText(proto.s);
      return text === undefined ? opaque : { type: 'string', value: text };
    }
    case Type.INTS:
      return { type: 'ints', value: proto.ints };
    case Type.FLOATS:
      return { type: 'floats', value: proto.floats };
    case Type.STRINGS: {
      const texts = proto.strings.map(decodeText);
      return texts.every((text) => text !== undefined) ? { type: 'strings', value: texts } : opaque;
    }
    case Type.TENSOR:
      return { type: 'tensor', value: decodeTensor(required(proto, proto.t), external) };
    case Type.GRAPH:
      return { type: 'graph', value: graph(required(proto, proto.g)) };
    default:
      return opaque;
  }
}

function required<T>(proto: AttributeProto, value: T | undefined): T {
  if (value === undefined) throw new OneirosError('bad-input', `the attribute "${proto.name}" has no value`);
  return value;
}

/** The first ONNX files do not state an attribute's type: it follows from the field that is set. */
function typeOf(proto: AttributeProto): Type {
  if (proto.type !== Type.UNDEFINED) return proto.type;
  if (proto.ints.length > 0) return Type.INTS;
  if (proto.floats.length > 0) return Type.FLOATS;
  if (proto.strings.length > 0) return Type.STRINGS;
  if (proto.t !== undefined) return Type.TENSOR;
  if (proto.g !== undefined) return Type.GRAPH;
  if (Object.hasOwn(proto, 'i')) return Type.INT;
  if (Object.hasOwn(proto, 'f')) return Type.FLOAT;
  if (Object.hasOwn(proto, 's')) return Type.STRING;
  return Type.UNDEFINED;
}

/** @param origin the other fields of the attribute with that name */
export function encodeAttribute(
  name: string,
  attribute: Attribute,
  graph: (value: Graph) => GraphProto,
  origin?: AttributeProto,
): AttributeProto {
  const make = (fields: Partial<AttributeProto>) => revise(AttributeProtoSchema, origin, { name, ...fields });
  switch (attribute.type) {
    case 'int':
      return make({ type: Type.INT, i: int64Field(attribute.value, `the attribute ${name}`) });
    case 'float':
      return make({ type: Type.FLOAT, f: attribute.value });
    case 'string':
      return make({ type: Type.STRING, s: encodeText(attribute.value) });
    case 'ints':
      return make({
        type: Type.INTS,
        ints: attribute.value.map((value) => int64Field(value, `a number of the attribute ${name}`)),
      });
    case 'floats':
      return make({ type: Type.FLOATS, floats: [...attribute.value] });
    case 'strings':
      return make({ type: Type.STRINGS, strings: attribute.value.map(encodeText) });
    case 'tensor':
      return make({ type: Type.TENSOR, t: encodeTensor('', attribute.value) });
    case 'graph':
      return make({ type: Type.GRAPH, g: graph(attribute.value) });
    case 'opaque':
      return revise(AttributeProtoSchema, attribute.value, { name });
  }
}

/** An attribute's message without its value: documentation and unknown fields. */
export function attributeRemainder(proto: AttributeProto): AttributeProto | undefined {
  const rest = remainder(AttributeProtoSchema, proto, [
    'name',
    'refAttrName',
    'type',
    'f',
    'i',
    's',
    't',
    'g',
    'sparseTensor',
    'tp',
    'floats',
    'ints',
    'strings',
    'tensors',
    'graphs',
    'sparseTensors',
    'typeProtos',
  ]);
  return rest && revise(AttributeProtoSchema, rest, { name: proto.name });
}
