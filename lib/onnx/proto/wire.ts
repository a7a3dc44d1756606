import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

import { OneirosError } from '../../base/errors.js';

/** Deeper nesting than any real graph has: three levels for each graph within a graph. */
const maxDepth = 100;
/**
 * What the decoded messages may take, in bytes: so much, and so much for each byte of the file. Far more than a real model's,
 * whose bulk is raw data and not decoded; at the most what leaves V8, whose heap may end at 2 GB, room for the rest.
 */
const decodedAllowance = { any: 2 ** 28, each: 4, most: 1.25 * 2 ** 30 };
/** Measured on files of nothing else: a message and what is made of it, and an array of bytes and the tensor on it. */
const bytesPerMessage = 700;
const bytesPerArray = 500;

interface Place {
  readonly bytes: Uint8Array;
  /** What is left of the allowance. */
  left: number;
}

/**
 * Walks over an encoded message without decoding it, so that a file that lies about its lengths, nests without end or
 * would decode to far more than it is, is refused before memory is taken.
 * @throws OneirosError `bad-input` naming the field and the byte, or `too-large`
 */
export function checkWire(schema: DescMessage, bytes: Uint8Array): void {
  const { any, each, most } = decodedAllowance;
  walk(schema, { bytes, left: Math.min(any + each * bytes.length, most) }, 0, bytes.length, 1);
}

function walk(schema: DescMessage, place: Place, start: number, end: number, depth: number): void {
  if (depth > maxDepth)
    throw new OneirosError('bad-input', `${schema.name} at byte ${start} is nested ${maxDepth} levels deep`);
  charge(place, bytesPerMessage);
  const fields = fieldsOf(schema);
  let at = start;
  while (at < end) {
    const tag = varint(place.bytes, at, end, schema.name);
    const field = fields.get(Math.floor(tag.value / 8));
    const where = field === undefined ? schema.name : `${schema.name}.${field.name}`;
    const { from, to } = extent(place.bytes, tag.value % 8, tag.next, end, where);
    if (tag.value < 8) throw malformed(at, `${schema.name} has a field numbered 0`);
    if (field === undefined) charge(place, 100);
    else if (field.message !== undefined) {
      if (tag.value % 8 !== 2) throw malformed(at, `${where} is not a message`);
      walk(field.message, place, from, to, depth + 1);
    } else {
      if (!isWireTypeOf(field, tag.value % 8)) throw malformed(at, `${where} is of another wire type`);
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

interface FieldOf {
  readonly name: string;
  readonly message: DescMessage | undefined;
  readonly scalar: ScalarType | undefined;
  readonly isList: boolean;
}

function fieldsOf(schema: DescMessage): ReadonlyMap<number, FieldOf> {
  const known = tables.get(schema);
  if (known !== undefined) return known;
  const table = new Map(
    schema.fields.map((field): [number, FieldOf] => [
      field.number,
      {
        name: field.name,
        message: field.message,
        scalar: field.fieldKind === 'enum' ? ScalarType.INT32 : field.scalar,
        isList: isList(field),
      },
    ]),
  );
  tables.set(schema, table);
  return table;
}

/** The fields of each schema by number; derived from the schema alone, so keeping them is no state. */
const tables = new WeakMap<DescMessage, ReadonlyMap<number, FieldOf>>();

function isList(field: DescField): boolean {
  return field.fieldKind === 'list';
}

function isWireTypeOf(field: FieldOf, wireType: number): boolean {
  switch (field.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return wireType === 2;
    case ScalarType.FLOAT:
      return wireType === 5 || (field.isList && wireType === 2);
    case ScalarType.DOUBLE:
      return wireType === 1 || (field.isList && wireType === 2);
    default:
      return wireType === 0 || (field.isList && wireType === 2);
  }
}

/** Bytes a field takes once decoded, at the most: numbers take eight, 64-bit integers an object each. */
function decodedSize(field: FieldOf, length: number): number {
  switch (field.scalar) {
    case ScalarType.BYTES:
      return bytesPerArray;
    case ScalarType.STRING:
      return 24 + 2 * length;
    case ScalarType.FLOAT:
      return 2 * length;
    case ScalarType.DOUBLE:
      return length;
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return 32 * length;
    default:
      return 8 * length;
  }
}

function charge(place: Place, bytes: number): void {
  place.left -= bytes;
  if (place.left < 0)
    throw new OneirosError(
      'too-large',
      `a model of ${place.bytes.length} bytes that would take over ${decodedAllowance.any / 2 ** 20} MB and ${decodedAllowance.each} times its size to decode, or over ${decodedAllowance.most / 2 ** 30} GB, is not read`,
    );
}

function malformed(at: number, what: string): OneirosError {
  return new OneirosError('bad-input', `not a valid ONNX file: ${what} (at byte ${at})`);
}
