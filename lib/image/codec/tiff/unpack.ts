import { corrupt } from '../common/header.js';
import { inflate } from '../common/inflate.js';
import { unpackLzw } from '../common/lzw.js';
import type { Layout } from './layout.js';

/**
 * Decompresses the first `length` bytes of a strip or tile.
 * @param most the maximum size of deflated data after decompression
 * @throws OneirosError `bad-input` if it holds fewer than `length` bytes
 */
export async function unpack(
  stored: Uint8Array,
  { compression, lowestFirst }: Layout,
  length: number,
  most: number,
): Promise<Uint8Array> {
  const data = lowestFirst ? stored.map(reversedBits) : stored;
  switch (compression) {
    case 'none':
      if (data.length < length) throw tooFew(data.length, length);
      return new Uint8Array(data.subarray(0, length));
    case 'deflate':
      return inflate(new Uint8Array(data), 'tiff', length, Math.max(most, length + 1024));
    case 'packbits':
      return unpackBits(data, length);
    case 'lzw': {
      // Before TIFF 6.0, codes were packed as in GIF. Such data begins with a clear code of these bits.
      const old = data[0] === 0 && (data[1]! & 1) === 1;
      return unpackLzw(data, 'tiff', length, { bits: 8, highestFirst: !old, early: !old });
    }
  }
}

/** Reverses the bits of a byte. */
function reversedBits(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) result |= ((byte >> bit) & 1) << (7 - bit);
  return result;
}

/** Apple's PackBits: n ≥ 0 precedes n + 1 literal bytes, n < 0 a byte that repeats 1 − n times; −128 is skipped. */
function unpackBits(data: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  let filled = 0;
  for (let at = 0; filled < length;) {
    const code = data[at++];
    if (code === undefined) throw tooFew(filled, length);
    if (code === 128) continue;
    const count = code < 128 ? code + 1 : 257 - code;
    const run = data.subarray(at, at + (code < 128 ? count : 1));
    at += run.length;
    if (run.length < (code < 128 ? Math.min(count, length - filled) : 1)) throw tooFew(filled, length);
    if (code < 128) result.set(run.subarray(0, length - filled), filled);
    else result.fill(run[0]!, filled, filled + count);
    filled += count;
  }
  return result;
}

function tooFew(held: number, length: number) {
  return corrupt('tiff', `a strip or tile holds ${held} bytes, but its size needs ${length}`);
}
