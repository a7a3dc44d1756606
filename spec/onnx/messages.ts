import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';

import {
  AttributeProto_AttributeType as Type,
  type AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../lib/onnx/proto/onnx_pb.js';

type GraphInit = MessageInitShape<typeof GraphProtoSchema>;
type ModelInit = MessageInitShape<typeof ModelProtoSchema>;
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

/** A node as a message. */
export function node(
  opType: string,
  input: string[],
  output: string[],
  attribute: AttributeInit[] = [],
): NodeProto {
  return create(NodeProtoSchema, { opType, input, output, attribute });
}

/** A float value of these dimensions, of which `undefined` ones are not declared. */
export function value(name: string, ...dims: (number | string | undefined)[]): ValueInfoProto {
  const dim = dims.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : typeof size === 'string'
          ? { case: 'dimParam' as const, value: size }
          : { case: undefined },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: 1, shape: { dim } } } },
  });
}

function graph(init: GraphInit): GraphProto {
  return create(GraphProtoSchema, init);
}

/** A graph as an attribute. */
export function body(name: string, init: GraphInit): AttributeInit {
  return { name, type: Type.GRAPH, g: graph(init) };
}

/** The bytes of a model around a graph, by default at operator set 17. */
export function model(init: GraphInit, rest: ModelInit = {}): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 17n }],
      graph: graph({ name: 'g', ...init }),
      ...rest,
    }),
  );
}

/** `y = relu(x)`, the smallest model. */
export const relu = {
  input: [value('x', 1, 2)],
  output: [value('y', 1, 2)],
  node: [node('Relu', ['x'], ['y'])],
};
