import { OneirosError } from '../../base/errors.js';

/** The given bytes end before the pickle does: the file is truncated, or more of it must be read. */
export class PickleTruncated extends OneirosError {
  constructor() {
    super('bad-input', 'the pickle is incomplete: the file is truncated');
  }
}

/** Python's integers may have any length, but numbers in checkpoints are shorter than this. */
const maxIntegerBytes = 32;

/** Reads the arguments of a pickle's opcodes. */
export class PickleReader {
  private readonly view: DataView;
  private readonly utf8 = new TextDecoder();
  private readonly singleByte = new TextDecoder('latin1');

  constructor(
    private readonly bytes: Uint8Array,
    /** The offset of the next byte. */
    public position: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.advance(1));
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  /** A length. Inexact above 2^53, which is larger than any file. */
  u64(): number {
    return Number(this.view.getBigUint64(this.advance(8), true));
  }

  f64(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  /** The next `length` bytes, not copied. */
  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  text(length: number): string {
    return this.utf8.decode(this.take(length));
  }

  latin1(length: number): string {
    return this.singleByte.decode(this.take(length));
  }

  /** The text up to the next line feed. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new PickleTruncated();
    const text = this.text(end - this.position);
    this.position++;
    return text;
  }

  /** A little-endian integer in two's complement; a bigint if a number would not be exact. */
  integer(length: number): number | bigint {
    if (length > maxIntegerBytes)
      throw new OneirosError('bad-input', `the pickle is damaged: it has an integer of ${length} bytes`);
    const value = this.take(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return exact(BigInt.asIntN(8 * length, value));
  }

  /** A line with an integer in decimal digits. */
  decimal(): number | bigint {
    const line = this.line();
    if (!/^-?\d{1,20}$/.test(line))
      throw new OneirosError('bad-input', 'the pickle is damaged: an integer does not consist of digits');
    return exact(BigInt(line));
  }

  protocol(): void {
    const protocol = this.u8();
    if (protocol < 2 || protocol > 5)
      throw new OneirosError(
        'unsupported',
        `pickles of protocol ${protocol} are not supported: expected 2 to 5`,
      );
  }

  private advance(length: number): number {
    const start = this.position;
    if (start + length > this.bytes.length) throw new PickleTruncated();
    this.position += length;
    return start;
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
