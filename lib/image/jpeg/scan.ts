import { corrupt } from '../bytes.js';
import { unitsOf, type Component, type Frame, type Scan, type ScanPart } from './frame.js';
import { Bits, Huffman } from './huffman.js';
import type { HuffmanCodes } from './tables.js';

/** The coefficients of a component, 64 a block in zigzag order, row by row of blocks. */
export interface Coefficients {
  readonly component: Component;
  /** Blocks in a row, with those that fill up the last unit. */
  readonly stride: number;
  readonly values: Int16Array;
}

export function coefficientsOf(frame: Frame): ReadonlyMap<Component, Coefficients> {
  const [across, down] = unitsOf(frame);
  return new Map(
    frame.components.map((component) => {
      const stride = across * component.across;
      const values = new Int16Array(64 * stride * down * component.down);
      return [component, { component, stride, values }];
    }),
  );
}

/**
 * Reads the coefficients of one scan (ITU T.81, F.2 and G.2).
 * @throws OneirosError `bad-input` if the data ends early or holds what cannot be
 */
export function readScan(scan: Scan, frame: Frame, into: ReadonlyMap<Component, Coefficients>): void {
  const bits = new Bits(scan.data);
  const readers = scan.parts.map((part) => new BlockReader(scan, part, bits, frame.progressive));
  const [single] = scan.parts;
  const interleaved = scan.parts.length > 1 || single === undefined;
  const [across, down] = interleaved ? unitsOf(frame) : [single.component.columns, single.component.rows];
  const steps = scan.parts.map((part, i) => {
    const { component, stride, values } = into.get(part.component)!;
    const [wide, high] = interleaved ? [component.across, component.down] : [1, 1];
    return { reader: readers[i]!, stride, values, wide, high };
  });
  let left = scan.restart;
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++) {
      if (scan.restart > 0 && left-- === 0) {
        bits.restart();
        for (const reader of readers) reader.reset();
        left = scan.restart - 1;
      }
      for (const { reader, stride, values, wide, high } of steps)
        for (let v = 0; v < high; v++)
          for (let h = 0; h < wide; h++) reader.read(values, 64 * ((y * high + v) * stride + x * wide + h));
    }
}

/** Reads blocks of one component in one scan. */
class BlockReader {
  readonly #dc: Huffman | null;
  readonly #ac: Huffman | null;
  /** The DC coefficient of the block before. */
  #before = 0;
  /** Blocks, from this one on, whose coefficients of the band are zero, or are no more than refined. */
  #run = 0;
  readonly read: (values: Int16Array, at: number) => void;

  constructor(
    private readonly scan: Scan,
    part: ScanPart,
    private readonly bits: Bits,
    progressive: boolean,
  ) {
    const { first, high } = scan;
    this.#dc = first === 0 && high === 0 ? ready(part.dc) : null;
    this.#ac = first > 0 || !progressive ? ready(part.ac) : null;
    if (!progressive) this.read = (values, at) => this.#whole(values, at);
    else if (first === 0)
      this.read =
        high === 0
          ? (values, at) => this.#firstDc(values, at)
          : (values, at) => (values[at]! |= this.bits.read(1) << scan.low);
    else
      this.read =
        high === 0 ? (values, at) => this.#firstAc(values, at) : (values, at) => this.#refineAc(values, at);
  }

  reset(): void {
    this.#before = 0;
    this.#run = 0;
  }

  #whole(values: Int16Array, at: number): void {
    this.#firstDc(values, at);
    for (let k = 1; k < 64; k++) {
      const code = this.#ac!.decode(this.bits);
      const size = code & 15;
      if (size === 0 && code !== 0xf0) return; // the rest of the block is zeros
      k += code >> 4;
      if (size > 0) values[at + place(k, 63)] = this.bits.signed(size);
    }
  }

  #firstDc(values: Int16Array, at: number): void {
    const size = this.#dc!.decode(this.bits);
    if (size > 15) throw corrupt('jpeg', `a coefficient has ${size} bits`);
    this.#before += this.bits.signed(size);
    values[at] = this.#before << this.scan.low;
  }

  #firstAc(values: Int16Array, at: number): void {
    if (this.#run > 0) {
      this.#run--;
      return;
    }
    const { first, last, low } = this.scan;
    for (let k = first; k <= last; k++) {
      const code = this.#ac!.decode(this.bits);
      const [run, size] = [code >> 4, code & 15];
      if (size === 0 && run < 15) {
        this.#run = (1 << run) + this.bits.read(run) - 1;
        return;
      }
      k += run;
      if (size > 0) values[at + place(k, last)] = this.bits.signed(size) << low;
    }
  }

  #refineAc(values: Int16Array, at: number): void {
    const { first, last, low } = this.scan;
    const bit = 1 << low;
    let k = first;
    for (; this.#run === 0 && k <= last; k++) {
      const code = this.#ac!.decode(this.bits);
      const [run, size] = [code >> 4, code & 15];
      let fresh = 0;
      if (size > 0) fresh = this.bits.read(1) === 1 ? bit : -bit;
      else if (run < 15) {
        this.#run = (1 << run) + this.bits.read(run);
        break;
      }
      // Past so many zeros; every number on the way is refined by one bit.
      for (let zeros = run; k <= last; k++) {
        if (values[at + k]! !== 0) this.#refine(values, at + k, bit);
        else if (zeros-- === 0) break;
      }
      if (fresh !== 0) values[at + place(k, last)] = fresh;
    }
    if (this.#run === 0) return;
    for (; k <= last; k++) if (values[at + k]! !== 0) this.#refine(values, at + k, bit);
    this.#run--;
  }

  #refine(values: Int16Array, at: number, bit: number): void {
    const value = values[at]!;
    if (this.bits.read(1) === 1 && (Math.abs(value) & bit) === 0)
      values[at] = value + (value > 0 ? bit : -bit);
  }
}

function ready(codes: HuffmanCodes | undefined): Huffman {
  if (codes === undefined) throw corrupt('jpeg', 'a scan has no Huffman table');
  return new Huffman(codes);
}

function place(k: number, last: number): number {
  if (k > last) throw corrupt('jpeg', 'a run of coefficients reaches beyond its last');
  return k;
}
