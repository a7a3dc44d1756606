import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

import { OneirosError } from '../../base/errors.js';

/** Deeper nesting than any real graph has: three levels for each graph within a graph. */
const maxDepth = 100;
/**
 * The memory limit of decoded messages, in bytes: an amount for any file, plus an amount for each byte of it. Real
 * models need far less, since they are mostly raw data, which is not decoded. `most` leaves room in V8's heap, which
 * may be limited to 2 GB.
 */
const decodedAllowance = { any: 2 ** 28, each: 4, most: 1.25 * 2 ** 30 };
/** Measured on files with nothing else: a message with what is made from it, and an array of bytes with its tensor. */
const bytesPerMessage = 700;
const bytesPerArray = 500;

interface WireInput {
  readonly bytes: Uint8Array;
  /** What is left of the allowance. */
  left: number;
}

/**
 * Checks an encoded message without decoding it, so that a file with false lengths, endless nesting or a decoded size
 * far above its own is rejected before it takes memory.
 * @throws OneirosError `bad-input` naming the field and the byte, or `too-large`
 */
export function checkWire(schema: DescMessage, bytes: Uint8Array): void {
  const { any, each, most } = decodedAllowance;
  walk(schema, { bytes, left: Math.min(any + each * bytes.length, most) }, 0, bytes.length, 1);
}

function walk(schema: DescMessage, input: WireInput, start: number, end: number, depth: number): void {
  if (depth > maxDepth)
    throw new OneirosError('bad-input', `${schema.name} at byte ${start} is nested ${maxDepth} levels deep`);
  charge(input, bytesPerMessage);
  const fields = fieldsOf(schema);
  let at = start;
  while (at < end) {
    const tag = varint(input.bytes, at, end, schema.name);
    const field = fields.get(Math.floor(tag.value / 8));
    const where = field === undefined ? schema.name : `${schema.name}.${field.name}`;
    const { from, to } = extent(input.bytes, tag.value % 8, tag.next, end, where);
    if (tag.value < 8) throw malformed(at, `${schema.name} has a field numbered 0`);
    if (field === undefined) charge(input, 100);
    else if (field.message !== undefined) {
      if (tag.value % 8 !== 2) throw malformed(at, `${where} is not a message`);
      walk(field.message, input, from, to, depth + 1);
    } else {
      if (!isWireTypeOf(field, tag.value % 8)) throw malformed(at, `${where} has the wrong wire type`);
      charge(input, decodedSize(field, to - from));
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
  if (length > end - at)
    throw malformed(at, `${where} declares ${length} bytes, but only ${end - at} are left`);
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

/** The fields of each schema by number: a cache, since they depend only on the schema. */
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

/** The most bytes that a field takes once decoded: numbers take eight, 64-bit integers an object each. */
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

function charge(input: WireInput, bytes: number): void {
  input.left -= bytes;
  if (input.left < 0)
    throw new OneirosError(
      'too-large',
      `this model of ${input.bytes.length} bytes would take over ${decodedAllowance.any / 2 ** 20} MB and ${decodedAllowance.each} times its size to decode, or over ${decodedAllowance.most / 2 ** 30} GB, and is rejected`,
    );
}

function malformed(at: number, what: string): OneirosError {
  return new OneirosError('bad-input', `not a valid ONNX file: ${what} (at byte ${at})`);
}
