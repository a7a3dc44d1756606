import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Graph, Model, Node, OpaqueTensor, TensorType } from '../graph/graph.js';
import { remainder, revise } from '../proto/message.js';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from '../proto/onnx_pb.js';
import { encodeAttribute } from './attribute.js';
import { int64Field } from './int64.js';
import { encodeTensor } from './tensor.js';
import { encodeValueInfo } from './type.js';

/** The size limit, in bytes, of protobuf and so of an ONNX file without external data. */
export const maxFileSize = 2 ** 31 - 1;

/** Encodes a constant for the file: with its data, or with a reference to external data. */
export type Placement = (name: string, constant: Tensor | OpaqueTensor, origin?: TensorProto) => TensorProto;

/**
 * Encodes a model as the bytes of an ONNX file.
 * @throws OneirosError `too-large` if it is over 2 GB: write such a model with `writeModel`, which uses external data
 */
export function encodeModel(model: Model): Uint8Array {
  check('encodeModel', { model: [model, kind.model] });
  const chunks = encodeChunks(model);
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * The same file in chunks; the large ones are the constants' memory, not copies.
 * @param place how to encode each constant of the main graph
 */
export function encodeChunks(model: Model, place: Placement = encodeTensor): readonly Uint8Array[] {
  const notes = new Map(model.graph.origin?.initializer.map((proto) => [proto.name, proto]));
  const constants: Uint8Array[] = [];
  for (const [name, constant] of model.graph.initializers)
    constants.push(...chunksOfTensor(place(name, constant, notes.get(name))));
  const nodes: Uint8Array[] = [];
  for (const node of model.graph.nodes) {
    const bytes = toBinary(NodeProtoSchema, encodeNode(node));
    nodes.push(...delimited(GraphProtoSchema.field.node.number, [bytes]));
  }
  const frame = encodeGraph({ ...listConstants(model), nodes: [] }, new Map());
  const graph = [toBinary(GraphProtoSchema, frame), ...nodes, ...constants];
  const rest = revise(ModelProtoSchema, model.origin, {
    irVersion: int64Field(model.irVersion, 'the IR version'),
    opsetImport: Array.from(model.opsets, ([domain, version]) =>
      create(OperatorSetIdProtoSchema, {
        domain,
        version: int64Field(version, `the version of the operator set "${domain}"`),
      }),
    ),
    producerName: model.producer,
    metadataProps: Array.from(model.metadata, ([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
  });
  return [toBinary(ModelProtoSchema, rest), ...delimited(ModelProtoSchema.field.graph.number, graph)];
}

/** A constant as a field of its graph: protobuf allows fields in any order, so the raw data can come last. */
function chunksOfTensor(proto: TensorProto): readonly Uint8Array[] {
  const rest = remainder(TensorProtoSchema, proto, ['rawData']) ?? create(TensorProtoSchema);
  const hasRaw = Object.hasOwn(proto, 'rawData');
  const raw = hasRaw ? delimited(TensorProtoSchema.field.rawData.number, [proto.rawData]) : [];
  return delimited(GraphProtoSchema.field.initializer.number, [toBinary(TensorProtoSchema, rest), ...raw]);
}

/** Chunks as one length-delimited field. */
function delimited(field: number, chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (size > maxFileSize)
    throw new OneirosError(
      'too-large',
      `the model takes ${size} bytes, over the 2 GB limit of an ONNX file: write it with external data`,
    );
  const header = new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(size).finish();
  return [header, ...chunks];
}

function encodeGraph(graph: Graph, initializers: Graph['initializers'] = graph.initializers): GraphProto {
  const { origin } = graph;
  const notes = new Map(origin?.initializer.map((proto) => [proto.name, proto]));
  const overridable = origin?.input.filter(({ name }) => graph.initializers.has(name)) ?? [];
  return revise(GraphProtoSchema, origin, {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    input: [...graph.inputs.map(encodeValueInfo), ...overridable],
    output: graph.outputs.map(encodeValueInfo),
    initializer: Array.from(initializers, ([name, constant]) =>
      encodeTensor(name, constant, notes.get(name)),
    ),
    valueInfo: Array.from(graph.values.values(), encodeValueInfo),
  });
}

/** Before IR version 4, every constant of the main graph must be listed as an input. */
function listConstants(model: Model): Graph {
  const { graph, irVersion } = model;
  if (irVersion >= 4) return graph;
  const listed = new Set(graph.origin?.input.map(({ name }) => name));
  const others = Array.from(graph.initializers)
    .filter(([name, { dtype }]) => !listed.has(name) && dtype !== 'opaque')
    .map(([name, constant]) => encodeValueInfo({ name, type: typeOf(constant) }));
  const input = [...(graph.origin?.input ?? []), ...others];
  return { ...graph, origin: revise(GraphProtoSchema, graph.origin, { input }) };
}

function typeOf({ dtype, dims }: Tensor | OpaqueTensor): TensorType | null {
  return dtype === 'opaque' ? null : { dtype, shape: dims };
}

function encodeNode({ name, op, domain, inputs, outputs, attributes, origin }: Node): NodeProto {
  const notes = new Map(origin?.attribute.map((proto) => [proto.name, proto]));
  return revise(NodeProtoSchema, origin, {
    name,
    opType: op,
    domain,
    input: [...inputs],
    output: [...outputs],
    attribute: Array.from(attributes, ([key, attribute]) =>
      encodeAttribute(key, attribute, encodeGraph, notes.get(key)),
    ),
  });
}
