import { crc32, deflateSync, inflateSync } from 'node:zlib';

import type { Random } from '../../lib/tensor/random.js';
import { joined, type Mutate, mutateBytes, pick } from './mutate-bytes.js';

/** Mutates PNG: chunks are changed, repeated, swapped or removed, with correct checksums, so that readers continue. */
export const mutatePng: Mutate = (seed, random, others) => {
  const chunks = pngChunks(seed);
  if (chunks.length === 0 || random.integer(0, 4) === 0) return mutateBytes(seed, random, others);
  for (let left = random.integer(1, 3); left > 0 && chunks.length > 0; left--) {
    const at = random.integer(0, chunks.length - 1);
    const chunk = chunks[at]!;
    switch (random.integer(0, 4)) {
      case 0:
        chunks.splice(at, 1);
        break;
      case 1:
        chunks.splice(
          random.integer(0, chunks.length),
          0,
          ...Array<typeof chunk>(random.integer(1, 50)).fill(chunk),
        );
        break;
      case 2:
        chunks[at] = {
          ...chunk,
          type: pick(random, [
            'IHDR',
            'PLTE',
            'IDAT',
            'IEND',
            'tRNS',
            'eXIf',
            'tEXt',
            'zTXt',
            'iTXt',
            'acTL',
          ]),
        };
        break;
      default:
        chunks[at] = { ...chunk, data: changedData(chunk, random) };
    }
  }
  return joined(seed.subarray(0, 8), ...chunks.map(pngChunk));
};

/**
 * Half of the time, pixels are changed before compression: a damaged stream reaches little of the code that reads it.
 */
function changedData({ type, data }: Chunk, random: Random): Uint8Array {
  const change = (bytes: Uint8Array) => mutateBytes(bytes, random, [bytes]);
  if (type !== 'IDAT' || random.integer(0, 1) === 0) return change(data);
  try {
    return deflateSync(change(inflateSync(data)));
  } catch {
    // One of several chunks that share a stream.
    return change(data);
  }
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

function pngChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function pngChunk({ type, data }: Chunk): Uint8Array {
  const body = joined(Buffer.from(type, 'latin1'), data);
  const frame = new Uint8Array(8);
  new DataView(frame.buffer).setUint32(0, data.length);
  new DataView(frame.buffer).setUint32(4, crc32(body));
  return joined(frame.subarray(0, 4), body, frame.subarray(4));
}

/** Mutates JPEG: segments before the first scan are changed, repeated, swapped or removed, with correct lengths. */
export const mutateJpeg: Mutate = (seed, random, others) => {
  const { segments, rest } = jpegSegments(seed);
  if (segments.length === 0 || random.integer(0, 3) === 0) return mutateBytes(seed, random, others);
  const at = random.integer(0, segments.length - 1);
  const segment = segments[at]!;
  switch (random.integer(0, 3)) {
    case 0:
      segments.splice(at, 1);
      break;
    case 1:
      segments.splice(
        random.integer(0, segments.length),
        0,
        ...Array<Uint8Array>(random.integer(1, 200)).fill(segment),
      );
      break;
    case 2:
      // A scan header begins the picture's data; many of them make progressive files slow to decode.
      return joined(
        seed.subarray(0, 2),
        ...segments,
        ...Array<Uint8Array>(random.integer(2, 400)).fill(rest.subarray(0, 64)),
        rest,
      );
    default:
      segments[at] = jpegSegment(segment[1]!, mutateBytes(segment.subarray(4), random, [segment]));
  }
  return joined(seed.subarray(0, 2), ...segments, rest);
};

function jpegSegments(bytes: Uint8Array): { segments: Uint8Array[]; rest: Uint8Array } {
  const segments: Uint8Array[] = [];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    const end = at + 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
    segments.push(bytes.slice(at, end));
    at = end;
  }
  return { segments, rest: bytes.subarray(at) };
}

function jpegSegment(marker: number, body: Uint8Array): Uint8Array {
  const length = Math.min(body.length, 65_533) + 2;
  return joined(Uint8Array.of(0xff, marker, length >> 8, length & 255), body.subarray(0, length - 2));
}
