import { ByteReader, corrupt } from '../bytes.js';
import { exifOrientation, type Orientation } from '../orientation.js';
import { latin1 } from '../png.js';
import { marker, type Segment } from './segments.js';

/** A Huffman table as it is written: how many codes there are of 1 … 16 bits, and their values. */
export interface HuffmanCodes {
  readonly counts: Uint8Array;
  readonly values: Uint8Array;
}

/** What the segments read so far say that are neither frames nor scans. */
export class Tables {
  /** The 64 steps in zigzag order. */
  readonly quantization = new Map<number, readonly number[]>();
  readonly dc = new Map<number, HuffmanCodes>();
  readonly ac = new Map<number, HuffmanCodes>();
  /** Units between two restart markers; 0: there are none. */
  restart = 0;
  jfif = false;
  /** What Adobe's segment says of the colours: 0 as they are, 1 YCbCr, 2 YCCK. */
  transform: number | null = null;
  orientation: Orientation | null = null;

  read({ marker: code, data }: Segment): void {
    const reader = new ByteReader(data, 'jpeg', false);
    if (code === marker.quantization) this.#readQuantization(reader);
    else if (code === marker.huffman) this.#readHuffman(reader);
    else if (code === marker.restartInterval) this.restart = reader.u16(0);
    else if (code === marker.app0) this.jfif ||= begins(data, 'JFIF\0') && data.length >= 14;
    else if (code === marker.app1 && begins(data, 'Exif\0\0')) this.orientation ??= exifOrientation(data);
    else if (code === marker.app14 && begins(data, 'Adobe') && data.length >= 12)
      this.transform = reader.u8(11);
  }

  #readQuantization(reader: ByteReader): void {
    for (let at = 0; at < reader.bytes.length;) {
      const [wide, number] = [reader.u8(at) >> 4, reader.u8(at) & 15];
      if (wide > 1) throw corrupt('jpeg', `quantization table ${number} has precision ${wide}`);
      const from = at + 1;
      at = from + 64 * (wide + 1);
      reader.need(from, at - from);
      const step = (_: unknown, i: number) => (wide === 1 ? reader.u16(from + 2 * i) : reader.u8(from + i));
      this.quantization.set(number, Array.from({ length: 64 }, step));
    }
  }

  #readHuffman(reader: ByteReader): void {
    for (let at = 0; at < reader.bytes.length;) {
      const number = reader.u8(at);
      const counts = reader.slice(at + 1, 16);
      const length = counts.reduce((sum, count) => sum + count, 0);
      const table = { counts, values: reader.slice(at + 17, length) };
      (number < 16 ? this.dc : this.ac).set(number & 15, table);
      at += 17 + length;
    }
  }
}

function begins(data: Uint8Array, text: string): boolean {
  return latin1(data.subarray(0, text.length)) === text;
}
