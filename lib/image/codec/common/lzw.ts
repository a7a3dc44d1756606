import { corrupt, type Format } from './header.js';

/** The variant of LZW that a file format uses. */
export interface LzwOptions {
  /** Bits of an uncompressed value, 1 … 8. The first codes have one bit more. */
  readonly bits: number;
  /** Whether codes are packed from the highest bit of each byte. */
  readonly highestFirst: boolean;
  /** Whether the code length grows one code early (TIFF). */
  readonly early: boolean;
}

/**
 * Decodes the first `count` bytes of variable-length LZW codes.
 * @throws OneirosError `bad-input` if there are fewer bytes, or a code is undefined
 */
export function unpackLzw(data: Uint8Array, format: Format, count: number, options: LzwOptions): Uint8Array {
  const { bits: start, highestFirst, early } = options;
  const clear = 1 << start;
  // String n is string prefix[n] followed by the byte suffix[n].
  const prefix = new Uint16Array(4096);
  const suffix = new Uint8Array(4096);
  for (let i = 0; i < clear; i++) suffix[i] = i;
  const reversed = new Uint8Array(4097);
  const result = new Uint8Array(count);
  let [next, bits, previous, first] = [clear + 2, start + 1, -1, 0];
  let [buffer, available, at, filled] = [0, 0, 0, 0];
  while (filled < count) {
    for (; available < bits; available += 8) {
      if (at >= data.length) throw corrupt(format, `its LZW data ends at byte ${filled} of ${count}`);
      buffer = highestFirst ? ((buffer & 0xffff) << 8) | data[at++]! : buffer | (data[at++]! << available);
    }
    available -= bits;
    const mask = (1 << bits) - 1;
    const code = highestFirst ? (buffer >> available) & mask : buffer & mask;
    if (!highestFirst) buffer >>>= bits;
    if (code === clear) {
      [next, bits, previous] = [clear + 2, start + 1, -1];
      continue;
    }
    if (code === clear + 1 || code > next || (code === next && previous < 0))
      throw corrupt(format, `its LZW data ends or breaks off at byte ${filled} of ${count}`);
    // A code that is defined by this step is the previous string followed by that string's first byte.
    let length = 0;
    let string = code;
    if (code === next) {
      reversed[length++] = first;
      string = previous;
    }
    for (; string >= clear; string = prefix[string]!) reversed[length++] = suffix[string]!;
    first = string;
    reversed[length++] = first;
    while (length > 0 && filled < count) result[filled++] = reversed[--length]!;
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous;
      suffix[next++] = first;
      if (next === (1 << bits) - (early ? 1 : 0) && bits < 12) bits++;
    }
    previous = code;
  }
  return result;
}
