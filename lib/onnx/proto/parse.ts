import { fromBinary } from '@bufbuild/protobuf';

import { messageOf, OneirosError } from '../../base/errors.js';
import { type ModelProto, ModelProtoSchema } from './onnx_pb.js';
import { checkWire } from './wire.js';

/**
 * Decodes the protobuf message; byte fields are views of `bytes`.
 * @throws OneirosError `bad-input` if it is malformed, `too-large` if decoding would take far too much memory
 */
export function parseModel(bytes: Uint8Array): ModelProto {
  checkWire(ModelProtoSchema, bytes);
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new OneirosError('bad-input', `not a valid ONNX file: ${messageOf(error)}`, { cause: error });
  }
}
