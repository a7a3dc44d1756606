import { corrupt } from '../bytes.js';
import { isRestart } from './segments.js';
import type { HuffmanCodes } from './tables.js';

/** Codes of so many bits or fewer are looked up at once. */
const quick = 9;

/** A Huffman table made ready to decode with (ITU T.81, annexes C and F.2.2.3). */
export class Huffman {
  /** By the next `quick` bits: the length of the code · 256 + its value; 0 where the code is longer. */
  readonly #lookup = new Uint16Array(1 << quick);
  /** By length: one more than the largest code, and what to add to a code for the place of its value. */
  readonly #limit = new Int32Array(17);
  readonly #offset = new Int32Array(17);
  readonly #values: Uint8Array;

  constructor({ counts, values }: HuffmanCodes) {
    this.#values = values;
    let [code, place] = [0, 0];
    for (let length = 1; length <= 16; length++) {
      this.#offset[length] = place - code;
      for (let i = 0; i < counts[length - 1]!; i++, code++, place++)
        if (length <= quick)
          this.#lookup.fill(
            length * 256 + values[place]!,
            code << (quick - length),
            (code + 1) << (quick - length),
          );
      if (code > 1 << length) throw corrupt('jpeg', 'a Huffman table has more codes than there are');
      this.#limit[length] = code;
      code <<= 1;
    }
  }

  decode(bits: Bits): number {
    const next = bits.peek(16);
    const found = this.#lookup[next >> (16 - quick)]!;
    if (found !== 0) {
      bits.skip(found >> 8);
      return found & 255;
    }
    for (let length = quick + 1; length <= 16; length++) {
      const code = next >> (16 - length);
      if (code >= this.#limit[length]!) continue;
      bits.skip(length);
      return this.#values[code + this.#offset[length]!]!;
    }
    throw corrupt('jpeg', 'its data holds a code that its Huffman table has not');
  }
}

/** The bits of a scan's data, the highest of a byte first. */
export class Bits {
  #at = 0;
  #buffer = 0;
  /** Bits in the buffer, and how many of them lie beyond the data: to look at, not to take. */
  #count = 0;
  #beyond = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next bits, at most 16; zeros beyond the data. */
  peek(count: number): number {
    while (this.#count < count) {
      const byte = this.bytes[this.#at];
      const ends = byte === undefined || (byte === 0xff && this.bytes[this.#at + 1] !== 0);
      this.#buffer = ((this.#buffer & 0xffff) << 8) | (ends ? 0 : byte);
      this.#count += 8;
      if (ends) this.#beyond += 8;
      else this.#at += byte === 0xff ? 2 : 1; // a byte 255 is followed by a zero
    }
    return (this.#buffer >> (this.#count - count)) & ((1 << count) - 1);
  }

  skip(count: number): void {
    this.#count -= count;
    if (this.#count < this.#beyond) throw corrupt('jpeg', 'the data of a scan ends early');
  }

  read(count: number): number {
    if (count === 0) return 0;
    const value = this.peek(count);
    this.skip(count);
    return value;
  }

  /** A number of so many bits, negative ones as one less than their complement (F.2.2.1). */
  signed(count: number): number {
    const value = this.read(count);
    return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  /** Passes the next restart marker, which begins at a whole byte; encoders may pad the data before it. */
  restart(): void {
    [this.#buffer, this.#count, this.#beyond] = [0, 0, 0];
    for (let at = this.bytes.indexOf(0xff, this.#at); at >= 0; at = this.bytes.indexOf(0xff, at + 1))
      if (isRestart(this.bytes[at + 1] ?? 0)) {
        this.#at = at + 2;
        return;
      }
    throw corrupt('jpeg', 'a restart marker is missing');
  }
}
