import { Schema, type Field, type Message, type Scalar } from './schema.js';
import { checkWire } from './wire.js';

/**
 * Decodes a message; its byte fields are views of `bytes`.
 * @throws OneirosError `bad-input` if it is none, `too-large` if decoding would take absurdly much memory
 */
export function decodeMessage<T extends Message>(schema: Schema<T>, bytes: Uint8Array): T {
  checkWire(schema, bytes);
  return new Decoder(bytes).message(schema, bytes.length, schema.create());
}

const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads what has been checked: every length fits, every number ends, every field is of its wire type. */
class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @param into what there is of the message so far: protobuf lets one come in pieces */
  message<T extends Message>(schema: Schema<T>, end: number, into: T): T {
    while (this.#at < end) {
      const start = this.#at;
      const tag = this.#varint();
      const field = schema.byNumber.get(Math.floor(tag / 8));
      if (field !== undefined) this.#field(field, tag % 8, into);
      else {
        this.#skip(tag % 8);
        into.$unknown = [...(into.$unknown ?? []), this.#bytes.subarray(start, this.#at)];
      }
    }
    return into;
  }

  #field(field: Field, wireType: number, into: Message): void {
    const message = into as Record<string, unknown>;
    const { name, type, many, oneof } = field;
    if (many) {
      const values = message[name] as unknown[];
      if (wireType !== 2 || !isNumber(type)) values.push(this.#value(type, undefined));
      else
        for (const end = this.#varint() + this.#at; this.#at < end;)
          values.push(this.#value(type, undefined));
    } else if (oneof) {
      const before = message[oneof] as { case?: string; value?: unknown };
      const value = this.#value(type, before.case === name ? before.value : undefined);
      message[oneof] = { case: name, value };
    } else message[name] = this.#value(type, message[name]);
  }

  #value(type: Field['type'], before: unknown): unknown {
    if (!(type instanceof Schema)) return this.#scalar(type);
    const end = this.#varint() + this.#at;
    return this.message(type, end, (before as Message | undefined) ?? type.create());
  }

  #scalar(type: Scalar): unknown {
    switch (type) {
      case 'int32':
        return Number(BigInt.asIntN(32, this.#integer()));
      case 'int64':
        return BigInt.asIntN(64, this.#integer());
      case 'uint64':
        return BigInt.asUintN(64, this.#integer());
      case 'float':
        return this.#view.getFloat32(this.#past(4), true);
      case 'double':
        return this.#view.getFloat64(this.#past(8), true);
      case 'string':
        return text.decode(this.#piece());
      case 'bytes':
        return this.#piece();
    }
  }

  #piece(): Uint8Array {
    const length = this.#varint();
    const start = this.#past(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Where so many bytes begin, and on to their end. */
  #past(length: number): number {
    const start = this.#at;
    this.#at += length;
    return start;
  }

  #skip(wireType: number): void {
    if (wireType === 0) this.#varint();
    else this.#past(wireType === 2 ? this.#varint() : wireType === 1 ? 8 : 4);
  }

  /** A length or a tag: these are far below 2⁵³. */
  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  #integer(): bigint {
    const start = this.#at;
    const value = this.#varint();
    if (value <= Number.MAX_SAFE_INTEGER) return BigInt(value);
    return this.#bytes
      .subarray(start, this.#at)
      .reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
  }
}

function isNumber(type: Field['type']): boolean {
  return !(type instanceof Schema) && type !== 'string' && type !== 'bytes';
}
