import { OneirosError } from '../../errors.js';
import { Schema, type Field } from './schema.js';

/** Deeper nesting than any real graph has: three levels for each graph within a graph. */
const maxDepth = 100;
/** What the decoded messages may take, in bytes: far more than a real model's, whose bulk is raw data and not decoded. */
const maxDecoded = 2 ** 31;
const bytesPerMessage = 400;

interface Place {
  readonly bytes: Uint8Array;
  decoded: number;
}

/**
 * Walks over an encoded message without decoding it, so that a file that lies about its lengths, nests without end or
 * would decode to far more than it is, is refused before memory is taken.
 * @throws OneirosError `bad-input` naming the field and the byte, or `too-large`
 */
export function checkWire(schema: Schema<object>, bytes: Uint8Array): void {
  walk(schema, { bytes, decoded: 0 }, 0, bytes.length, 1);
}

function walk(schema: Schema<object>, place: Place, start: number, end: number, depth: number): void {
  if (depth > maxDepth)
    throw new OneirosError('bad-input', `${schema.name} at byte ${start} is nested ${maxDepth} levels deep`);
  charge(place, bytesPerMessage);
  let at = start;
  while (at < end) {
    const tag = varint(place.bytes, at, end, schema.name);
    const field = schema.byNumber.get(Math.floor(tag.value / 8));
    const where = field === undefined ? schema.name : `${schema.name}.${field.name}`;
    const { from, to } = extent(place.bytes, tag.value % 8, tag.next, end, where);
    if (tag.value < 8) throw malformed(at, `${schema.name} has a field numbered 0`);
    if (field === undefined) charge(place, 100);
    else if (field.type instanceof Schema) {
      if (tag.value % 8 !== 2) throw malformed(at, `${where} is not a message`);
      walk(field.type, place, from, to, depth + 1);
    } else {
      if (!isWireTypeOf(field, tag.value % 8)) throw malformed(at, `${where} is of another wire type`);
      if (!endsWhole(field, place.bytes.subarray(from, to)))
        throw malformed(at, `${where} ends in the middle of a number`);
      charge(place, decodedSize(field, to - from));
    }
    at = to;
  }
}

/** Where the content of a field begins and ends. */
function extent(bytes: Uint8Array, wireType: number, at: number, end: number, where: string) {
  switch (wireType) {
    case 0:
      return { from: at, to: varint(bytes, at, end, where).next };
    case 1:
      return { from: at, to: within(at, 8, end, where) };
    case 5:
      return { from: at, to: within(at, 4, end, where) };
    case 2: {
      const { value, next } = varint(bytes, at, end, where);
      return { from: next, to: within(next, value, end, where) };
    }
    default:
      throw malformed(at, `${where} has wire type ${wireType}, which ONNX does not use`);
  }
}

function within(at: number, length: number, end: number, where: string): number {
  if (length > end - at) throw malformed(at, `${where} claims ${length} bytes where ${end - at} are left`);
  return at + length;
}

function varint(bytes: Uint8Array, at: number, end: number, where: string): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    if (at + i >= end) throw malformed(at, `${where} ends in the middle of a number`);
    const byte = bytes[at + i]!;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw malformed(at, `${where} has a number of more than 64 bits`);
}

function isWireTypeOf({ type, many }: Field, found: number): boolean {
  return found === wireTypeOf(type) || (many !== undefined && found === 2);
}

/** Whether no number begins in this piece that ends beyond it; a number alone does not. */
function endsWhole({ type }: Field, piece: Uint8Array): boolean {
  const { length } = piece;
  switch (wireTypeOf(type)) {
    case 0:
      return length === 0 || piece[length - 1]! < 0x80;
    case 1:
      return length % 8 === 0;
    case 5:
      return length % 4 === 0;
    default:
      return true;
  }
}

/** How protobuf writes a field: 0 as a number of any length, 1 as eight bytes, 5 as four, 2 with its length before it. */
export function wireTypeOf(type: Field['type']): 0 | 1 | 2 | 5 {
  switch (type) {
    case 'int32':
    case 'int64':
    case 'uint64':
      return 0;
    case 'double':
      return 1;
    case 'float':
      return 5;
    default:
      return 2;
  }
}

/** Bytes a field takes once decoded, at the most: numbers take eight, 64-bit integers an object each. */
function decodedSize({ type }: Field, length: number): number {
  switch (type) {
    case 'bytes':
      return 100;
    case 'string':
      return 24 + 2 * length;
    case 'float':
      return 2 * length;
    case 'double':
      return length;
    case 'int64':
    case 'uint64':
      return 32 * length;
    default:
      return 8 * length;
  }
}

function charge(place: Place, bytes: number): void {
  place.decoded += bytes;
  if (place.decoded > maxDecoded)
    throw new OneirosError('too-large', `the model would take over ${maxDecoded / 2 ** 30} GiB to decode`);
}

function malformed(at: number, what: string): OneirosError {
  return new OneirosError('bad-input', `not a valid ONNX file: ${what} (at byte ${at})`);
}
