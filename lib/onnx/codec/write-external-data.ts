import { create } from '@bufbuild/protobuf';

import type { Model } from '../graph/graph.js';
import { revise } from '../proto/message.js';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from '../proto/onnx_pb.js';
import { elementCode } from './elements.js';
import { bytesOf, encodeTensor } from './tensor.js';
import type { Placement } from './write.js';

/**
 * Constants begin at multiples of this many bytes, so that runtimes can map the file into memory and use it in place.
 */
const alignment = 64;

export interface ExternalData {
  /** The file's content, piece by piece: the constants' own memory, and padding. */
  readonly chunks: readonly Uint8Array[];
  /** How the model refers to the file. */
  readonly place: Placement;
}

/**
 * Puts the constants of the main graph that have at least `threshold` bytes into a separate file.
 * @param location the file's path in the model, relative to the model's folder
 */
export function externalData({ graph }: Model, location: string, threshold: number): ExternalData {
  const chunks: Uint8Array[] = [];
  const offsets = new Map<string, { offset: number; length: number }>();
  let end = 0;
  for (const [name, constant] of graph.initializers) {
    if (constant.dtype === 'opaque' || constant.dtype === 'string') continue;
    const bytes = bytesOf(constant);
    if (bytes.length < threshold) continue;
    const padding = (alignment - (end % alignment)) % alignment;
    chunks.push(new Uint8Array(padding), bytes);
    offsets.set(name, { offset: end + padding, length: bytes.length });
    end += padding + bytes.length;
  }
  const place: Placement = (name, constant, origin) => {
    const at = offsets.get(name);
    if (at === undefined || constant.dtype === 'opaque') return encodeTensor(name, constant, origin);
    const entries = Object.entries({ location, offset: String(at.offset), length: String(at.length) });
    return revise(TensorProtoSchema, origin, {
      name,
      dims: constant.dims.map(BigInt),
      dataType: elementCode(constant.dtype),
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: entries.map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    });
  };
  return { chunks, place };
}
