import {
  create,
  fromBinary,
  ScalarType,
  toBinary,
  type DescField,
  type DescMessage,
} from '@bufbuild/protobuf';
import { expect } from 'chai';
import { OneirosError } from '../../lib/errors.js';
import { decodeMessage } from '../../lib/onnx/proto/decode.js';
import { encodeMessage } from '../../lib/onnx/proto/encode.js';
import * as ours from '../../lib/onnx/proto/messages.js';
import { Schema } from '../../lib/onnx/proto/schema.js';
import { random, type Random } from '../../lib/tensor/random.js';
import { file_onnx, ModelProtoSchema } from './onnx_pb.js';

const schemas = new Map(
  Object.values(ours).flatMap((one): [string, Schema<object>][] =>
    one instanceof Schema ? [[one.name, one]] : [],
  ),
);

const everyMessage = (messages: readonly DescMessage[]): readonly DescMessage[] =>
  messages.flatMap((desc) => [desc, ...everyMessage(desc.nestedMessages)]);

/** Numbers at the edges of what a field can hold, and in between. */
function scalar(dice: Random, type: ScalarType): unknown {
  const pick = <T>(...values: readonly T[]) => values[dice.integer(0, values.length - 1)];
  switch (type) {
    case ScalarType.STRING:
      return pick('', 'x', 'größer', '𝛿x', '\ufeffmark', 'y'.repeat(dice.integer(100, 300)));
    case ScalarType.BYTES:
      return Uint8Array.from({ length: pick(0, 1, 127, 128, 20_000) ?? 0 }, () => dice.integer(0, 255));
    case ScalarType.FLOAT:
      return Math.fround(pick(0, -0, NaN, -Infinity, dice.normal()) ?? 0);
    case ScalarType.DOUBLE:
      return pick(0, 1e300, dice.normal());
    case ScalarType.INT64:
      return pick(0n, -1n, 127n, 128n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n));
    case ScalarType.UINT64:
      return pick(0n, 2n ** 53n + 1n, 2n ** 64n - 1n);
    default:
      return pick(0, 1, -1, 2 ** 31 - 1, -(2 ** 31));
  }
}

function valueOf(dice: Random, field: DescField, depth: number): unknown {
  if (field.message) return message(dice, field.message, depth - 1);
  return field.enum ? field.enum.values[0]!.number : scalar(dice, field.scalar);
}

function message(dice: Random, desc: DescMessage, depth: number) {
  const made = create(desc);
  for (const field of desc.fields) {
    if (dice.integer(0, 1) === 0 || (field.message !== undefined && depth === 0)) continue;
    const value =
      field.fieldKind === 'list'
        ? Array.from({ length: dice.integer(0, 3) }, () => valueOf(dice, field, depth))
        : valueOf(dice, field, depth);
    if (field.oneof) Reflect.set(made, field.oneof.localName, { case: field.localName, value });
    else Reflect.set(made, field.localName, value);
  }
  return made;
}

describe('protobuf', () => {
  for (const desc of everyMessage(file_onnx.messages)) {
    const name = desc.typeName.replace('onnx.', '').replace('.', '_');
    it(`${name} is read and written as by protobuf-es, byte by byte`, () => {
      const schema = schemas.get(name)!;
      const dice = random(5);
      for (let run = 0; run < 30; run++) {
        const bytes = toBinary(desc, message(dice, desc, 3));
        const read = decodeMessage(schema, bytes);
        expect(encodeMessage(schema, read)).to.deep.equal(bytes);
        // What is read is what is there, and not only the same bytes again.
        for (const [key, value] of Object.entries(fromBinary(desc, bytes)))
          if (typeof value !== 'object')
            expect(Reflect.get(read, key), key).to.deep.equal(key === '$typeName' ? undefined : value);
      }
    });
  }

  it('absent fields read as their defaults, and stay absent', () => {
    const read = decodeMessage(ours.AttributeProtoSchema, Uint8Array.of());
    expect([read.name, read.i, read.ints]).to.deep.equal(['', 0n, []]);
    expect(Object.hasOwn(read, 'i')).to.equal(false);
    expect(encodeMessage(ours.AttributeProtoSchema, read)).to.have.length(0);
  });

  it('numbers that lie in one piece are read where they should stand alone, and the other way round', () => {
    // ints (8): [1, 2] packed; dims (1): 3 alone.
    const { ints } = decodeMessage(ours.AttributeProtoSchema, Uint8Array.of(0x42, 2, 1, 2));
    expect(ints).to.deep.equal([1n, 2n]);
    const { int64Data } = decodeMessage(ours.TensorProtoSchema, Uint8Array.of(0x38, 3));
    expect(int64Data).to.deep.equal([3n]);
  });

  it('a message that comes in pieces is put together', () => {
    // t (5) twice: name (8) 'a', then dataType (2) 1.
    const read = decodeMessage(
      ours.AttributeProtoSchema,
      Uint8Array.of(0x2a, 3, 0x42, 1, 0x61, 0x2a, 2, 0x10, 1),
    );
    expect([read.t?.name, read.t?.dataType]).to.deep.equal(['a', 1]);
  });

  it('a piece that ends in the middle of a number is refused', () => {
    for (const bytes of [Uint8Array.of(0x42, 2, 1, 0x80), Uint8Array.of(0x3a, 3, 0, 0, 0)])
      expect(() => decodeMessage(ours.AttributeProtoSchema, bytes))
        .to.throw(OneirosError, 'in the middle of a number')
        .with.property('code', 'bad-input');
  });

  it('an integer of more than 64 bits is refused', () => {
    const irVersion = 2n ** 63n;
    expect(() => encodeMessage(ours.ModelProtoSchema, ours.ModelProtoSchema.create({ irVersion })))
      .to.throw(OneirosError, '9223372036854775808 does not fit int64')
      .with.property('code', 'bad-argument');
    expect(() => toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion }))).to.throw();
  });
});
