import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';

import { decodeModel } from '../../lib/onnx/codec/read.js';
import { decodeTensor } from '../../lib/onnx/codec/tensor.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { TensorProtoSchema } from '../../lib/onnx/proto/onnx_pb.js';
import type { Tensor } from '../../lib/tensor/tensor.js';

/** A model, and inputs with which it can be run. */
export interface TestCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
  /** `null` if an input is not a tensor of a type that JavaScript has. */
  readonly feeds: Readonly<Record<string, Tensor>> | null;
}

export function readTestCase(folder: string): TestCase {
  const bytes = new Uint8Array(readFileSync(join(folder, 'model.onnx')));
  const model = decodeModel(bytes);
  return { name: nameOf(folder), bytes, model, feeds: feedsFor(model, folder) };
}

export function nameOf(folder: string): string {
  return `${basename(dirname(folder))}/${basename(folder)}`;
}

function feedsFor({ graph }: Model, folder: string): TestCase['feeds'] {
  const feeds: [string, Tensor][] = [];
  for (const [i, { name, type }] of graph.inputs.entries()) {
    if (type === null) return null;
    const file = readFileSync(join(folder, 'test_data_set_0', `input_${i}.pb`));
    const value = decodeTensor(fromBinary(TensorProtoSchema, file));
    if (value.dtype === 'opaque') return null;
    feeds.push([name, value]);
  }
  return Object.fromEntries(feeds);
}
