import type { Random } from '../../lib/tensor/random.js';

/** Changes a seed file at random; may copy parts from the other seed files of the same target. */
export type Mutate = (seed: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

/** Whole numbers at which formats and programs change their behavior. */
export const interesting: readonly number[] = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 1000, 1023, 4095, 4096, 32767, 32768,
  65535, 65536, 99999, 1e6, 16777215, 16777216, 2147483647, 2147483648, 4294967295,
];

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.integer(0, from.length - 1)]!;
}

/**
 * One to four changes of bytes: flips, overwrites with an interesting number, removals, repeats, copies from elsewhere.
 */
export const mutateBytes: Mutate = (seed, random, others) => {
  // A copy; `slice` of a Buffer would be a view.
  let bytes: Uint8Array = new Uint8Array(seed);
  for (let left = random.integer(1, 4); left > 0 && bytes.length > 0; left--)
    bytes = change(bytes, random, others);
  return bytes;
};

function change(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  // Headers are more often at the beginning of a file than at its end.
  const at = random.integer(0, random.integer(0, bytes.length - 1));
  const length = Math.min(random.integer(1, 64), bytes.length - at);
  switch (random.integer(0, 6)) {
    case 0:
      bytes[at] = bytes[at]! ^ (1 << random.integer(0, 7));
      return bytes;
    case 1:
      bytes[at] = random.integer(0, 255);
      return bytes;
    case 2:
      writeNumber(bytes, at, pick(random, interesting), pick(random, [1, 2, 4]), random.integer(0, 1) === 0);
      return bytes;
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 4:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at));
    case 5:
      return bytes.slice(0, at);
    default: {
      const other = pick(random, others);
      const from = random.integer(0, Math.max(0, other.length - 1));
      return joined(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at + length));
    }
  }
}

function writeNumber(bytes: Uint8Array, at: number, value: number, size: number, isLittle: boolean): void {
  for (let i = 0; i < size && at + i < bytes.length; i++) {
    const shift = 8 * (isLittle ? i : size - 1 - i);
    bytes[at + i] = Math.floor(value / 2 ** shift) % 256;
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
