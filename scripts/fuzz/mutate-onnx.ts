import { fromBinary, toBinary } from '@bufbuild/protobuf';

import { type ModelProto, ModelProtoSchema } from '../../lib/onnx/proto/onnx_pb.js';
import type { Random } from '../../lib/tensor/random.js';
import { interesting, type Mutate, mutateBytes, pick } from './mutate-bytes.js';

/** Names that often cause errors, and operators with subgraphs, lists or sizes that can be made inconsistent. */
const names = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'x',
  'y',
  'd_x',
  '../model.data',
  '/dev/zero',
  '-1',
  '1e9',
  'Exp',
  'Mul',
  '\u001b[2J',
  'a\nb',
  '🂡',
];
const operators = [
  'Identity',
  'Loop',
  'If',
  'Scan',
  'Reshape',
  'Expand',
  'Tile',
  'ConstantOfShape',
  'Range',
  'Resize',
  'Pad',
  'Slice',
  'Concat',
  'Sum',
  'Conv',
  'MaxPool',
  'AveragePool',
  'Gather',
  'GatherND',
  'OneHot',
  'Einsum',
  'Transpose',
  'Split',
  'GRU',
  'LSTM',
  'NonZero',
  'TopK',
  'Softmax',
  'BatchNormalization',
];

/**
 * Mutates ONNX: fields of the messages are changed: numbers to interesting ones, lists repeated, cut or swapped, names
 * copied from elsewhere in the model, whole messages copied from other models. Sometimes bytes are changed instead.
 */
export const mutateOnnx: Mutate = (seed, random, others) => {
  if (random.integer(0, 9) === 0) return mutateBytes(seed, random, others);
  const model = fromBinary(ModelProtoSchema, seed);
  const donor = fromBinary(ModelProtoSchema, pick(random, others));
  for (let left = random.integer(1, 6); left > 0; left--) {
    const places = placesIn(model);
    if (places.length === 0) break;
    changeAt(pick(random, places), random, placesIn(donor));
  }
  try {
    return toBinary(ModelProtoSchema, model);
  } catch {
    // A number is too large for its field: change bytes instead.
    return mutateBytes(seed, random, others);
  }
};

/** A field of any message within a model. */
interface Place {
  readonly message: object;
  readonly field: string;
  readonly value: unknown;
}

/** Every field, except the data of large constants. */
function placesIn(model: ModelProto): Place[] {
  const places: Place[] = [];
  const visit = (message: object): void => {
    for (const [field, value] of Object.entries(message)) {
      if (field.startsWith('$')) continue;
      places.push({ message, field, value });
      const inner: readonly unknown[] = Array.isArray(value) ? value.slice(0, 2000) : [value];
      for (const each of inner)
        if (typeof each === 'object' && each !== null && !ArrayBuffer.isView(each)) visit(each);
    }
  };
  visit(model);
  return places;
}

function changeAt({ message, field, value }: Place, random: Random, donors: readonly Place[]): void {
  const same = donors.filter((place) => place.field === field && typeof place.value === typeof value);
  if (same.length > 0 && random.integer(0, 4) === 0) {
    // A copy, otherwise a message could contain itself.
    Reflect.set(message, field, structuredClone(pick(random, same).value));
    return;
  }
  Reflect.set(message, field, changed(field, value, random));
}

function changed(field: string, value: unknown, random: Random): unknown {
  switch (typeof value) {
    case 'bigint':
      return BigInt(pick(random, interesting)) * (random.integer(0, 3) === 0 ? -1n : 1n);
    case 'number':
      return pick(random, [...interesting.slice(0, 12), -1, 0.5, Infinity, NaN]);
    case 'string':
      return pick(random, field === 'opType' ? operators : names);
    default:
      if (value instanceof Uint8Array) return value.length > 0 ? mutateBytes(value, random, [value]) : value;
      return Array.isArray(value) ? changedList(value, random) : value;
  }
}

function changedList(list: readonly unknown[], random: Random): unknown[] {
  const at = random.integer(0, Math.max(0, list.length - 1));
  const item = list[at];
  switch (random.integer(0, 4)) {
    case 0:
      return list.filter((_, i) => i !== at);
    case 1:
      return item === undefined
        ? []
        : [...list, ...Array.from({ length: random.integer(1, 40) }, () => structuredClone(item))];
    case 2:
      return list.toReversed();
    case 3:
      return item === undefined ? [] : list.with(random.integer(0, list.length - 1), item);
    default:
      if (typeof item === 'bigint')
        return list.map((each, i) => (i === at ? BigInt(pick(random, interesting)) : each));
      if (typeof item === 'string')
        return list.map((each, i) => (i === at ? pick(random, [...names, ...list]) : each));
      return list.slice(0, at);
  }
}
