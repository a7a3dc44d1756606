import { OneirosError } from '../../errors.js';
import { Schema, type Field, type Message, type Scalar } from './schema.js';
import { wireTypeOf } from './wire.js';

/**
 * The bytes of a message: its fields in the order of their numbers, then those that its schema does not know.
 * @throws OneirosError `bad-argument` for an integer that does not fit its field
 */
export function encodeMessage<T extends Message>(schema: Schema<T>, message: T): Uint8Array {
  const encoder = new Encoder();
  encoder.message(schema, message);
  return encoder.bytes();
}

/** What comes before `length` bytes to make a field of them. */
export function fieldHeader(number: number, length: number): Uint8Array {
  const encoder = new Encoder();
  encoder.tag(number, 2);
  encoder.varint(length);
  return encoder.bytes();
}

const text = new TextEncoder();

/** Writes into memory that grows as it has to. */
class Encoder {
  #bytes = new Uint8Array(256);
  #at = 0;

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  message(schema: Schema<object>, message: Message): void {
    for (const field of schema.fields) this.#field(field, valueOf(field, message));
    for (const field of message.$unknown ?? []) this.#raw(field);
  }

  tag(number: number, wireType: number): void {
    this.varint(number * 8 + wireType);
  }

  varint(value: number): void {
    this.#room(10);
    for (; value >= 0x80; value = Math.floor(value / 0x80)) this.#bytes[this.#at++] = (value % 0x80) | 0x80;
    this.#bytes[this.#at++] = value;
  }

  #field({ number, type, many }: Field, value: unknown): void {
    if (value === undefined) return;
    const values = many ? (value as readonly unknown[]) : [value];
    if (values.length === 0) return;
    if (many === 'packed') {
      this.tag(number, 2);
      this.#delimited(() => {
        for (const one of values) this.#value(type, one);
      });
    } else
      for (const one of values) {
        this.tag(number, wireTypeOf(type));
        this.#value(type, one);
      }
  }

  #value(type: Field['type'], value: unknown): void {
    if (type instanceof Schema) this.#delimited(() => this.message(type, value as Message));
    else this.#scalar(type, value);
  }

  #scalar(type: Scalar, value: unknown): void {
    switch (type) {
      case 'int32':
        this.#integer(type, BigInt(value as number), BigInt.asIntN(32, BigInt(value as number)));
        break;
      case 'int64':
        this.#integer(type, value as bigint, BigInt.asIntN(64, value as bigint));
        break;
      case 'uint64':
        this.#integer(type, value as bigint, BigInt.asUintN(64, value as bigint));
        break;
      case 'float':
        this.#raw(new Uint8Array(Float32Array.of(value as number).buffer));
        break;
      case 'double':
        this.#raw(new Uint8Array(Float64Array.of(value as number).buffer));
        break;
      case 'string':
        this.#delimited(() => this.#text(value as string));
        break;
      case 'bytes':
        this.#delimited(() => this.#raw(value as Uint8Array));
        break;
    }
  }

  /** @param kept what such a field can hold of it; negative numbers are written as if they were 2⁶⁴ more */
  #integer(type: Scalar, value: bigint, kept: bigint): void {
    if (kept !== value) throw new OneirosError('bad-argument', `${String(value)} does not fit ${type}`);
    let rest = BigInt.asUintN(64, value);
    this.#room(10);
    for (; rest > MAX_SAFE; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.varint(Number(rest));
  }

  #text(value: string): void {
    // UTF-8 takes three bytes at the most for each unit of UTF-16.
    this.#room(3 * value.length);
    this.#at += text.encodeInto(value, this.#bytes.subarray(this.#at)).written;
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Writes a piece, and then its length before it, which is not known any sooner. */
  #delimited(write: () => void): void {
    const start = this.#at;
    write();
    const end = this.#at;
    this.varint(end - start);
    const header = this.#bytes.slice(end, this.#at);
    this.#bytes.copyWithin(start + header.length, start, end);
    this.#bytes.set(header, start);
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#at + length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A field's value, or `undefined` if it is absent: what only its prototype has is a default. */
function valueOf({ name, oneof }: Field, message: object): unknown {
  const own = (key: string): unknown => (Object.hasOwn(message, key) ? Reflect.get(message, key) : undefined);
  if (oneof === undefined) return own(name);
  const choice = own(oneof) as { readonly case?: string; readonly value?: unknown } | undefined;
  return choice?.case === name ? choice.value : undefined;
}
