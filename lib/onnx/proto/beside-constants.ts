import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

import { GraphProtoSchema, ModelProtoSchema } from './onnx_pb.js';

/**
 * The parts of an encoded model beside the constants of its main graph, which are nearly all of a large file. The whole
 * if it is malformed.
 */
export function besideConstants(bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field !== ModelProtoSchema.field.graph.number || type !== WireType.LengthDelimited) {
        reader.skip(type, field);
        continue;
      }
      const length = reader.uint32();
      const end = reader.pos + length;
      while (reader.pos < end) {
        const from = reader.pos;
        const [inner, innerType] = reader.tag();
        reader.skip(innerType, inner);
        if (inner !== GraphProtoSchema.field.initializer.number) continue;
        if (from > start) parts.push(bytes.subarray(start, from));
        start = reader.pos;
      }
    }
  } catch {
    return [bytes];
  }
  return [...parts, bytes.subarray(start)];
}
