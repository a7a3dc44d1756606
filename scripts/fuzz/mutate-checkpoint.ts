import { joined, type Mutate, mutateBytes } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';

/**
 * Mutates checkpoints. In a safetensors file, the header is changed as JSON and its length is corrected; in other
 * files, bytes are changed in place, so that the offsets of a zip file's entries stay valid. Sometimes any byte is
 * changed.
 */
export const mutateCheckpoint: Mutate = (seed, random, others) => {
  if (random.integer(0, 3) === 0) return mutateBytes(seed, random, others);
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const length = seed.length < 8 ? 0n : view.getBigUint64(0, true);
  const isSafetensors = length > 0n && length <= BigInt(seed.length - 8) && seed[8] === brace;
  if (!isSafetensors) return changedInPlace(seed, random);
  const end = 8 + Number(length);
  const header = mutateJson(seed.subarray(8, end), random, [seed.subarray(8, end)]);
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
  return joined(start, header, seed.subarray(end));
};

const brace = '{'.charCodeAt(0);

/** Changes one to four bytes, most of them in the pickle, which is at the beginning. */
function changedInPlace(seed: Uint8Array, random: Parameters<Mutate>[1]): Uint8Array {
  const bytes = new Uint8Array(seed);
  for (let left = random.integer(1, 4); left > 0; left--) {
    const at = random.integer(0, random.integer(0, bytes.length - 1));
    bytes[at] =
      random.integer(0, 2) === 0 ? random.integer(0, 255) : bytes[at]! ^ (1 << random.integer(0, 7));
  }
  return bytes;
}
