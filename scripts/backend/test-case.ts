import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';

import { decodeModel } from '../../lib/onnx/codec/read.js';
import { decodeTensor } from '../../lib/onnx/codec/tensor.js';
import type { Model, ValueInfo } from '../../lib/onnx/graph/graph.js';
import { TensorProtoSchema } from '../../lib/onnx/proto/onnx_pb.js';
import type { Tensor } from '../../lib/tensor/tensor.js';

/** A model, and inputs with which it can be run. */
export interface TestCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
  /** `null` if one is not a tensor of a type that JavaScript has. */
  readonly feeds: Readonly<Record<string, Tensor>> | null;
  readonly results: Readonly<Record<string, Tensor>> | null;
}

export function readTestCase(folder: string): TestCase {
  const bytes = new Uint8Array(readFileSync(join(folder, 'model.onnx')));
  const model = decodeModel(bytes);
  return {
    name: nameOf(folder),
    bytes,
    model,
    feeds: tensorsOf(model.graph.inputs, folder, 'input'),
    results: tensorsOf(model.graph.outputs, folder, 'output'),
  };
}

export function nameOf(folder: string): string {
  return `${basename(dirname(folder))}/${basename(folder)}`;
}

function tensorsOf(infos: readonly ValueInfo[], folder: string, kind: 'input' | 'output'): TestCase['feeds'] {
  const tensors: [string, Tensor][] = [];
  for (const [i, { name, type }] of infos.entries()) {
    const file = join(folder, 'test_data_set_0', `${kind}_${i}.pb`);
    if (type === null || !existsSync(file)) return null;
    const value = decodeTensor(fromBinary(TensorProtoSchema, readFileSync(file)));
    if (value.dtype === 'opaque') return null;
    tensors.push([name, value]);
  }
  return Object.fromEntries(tensors);
}
