import { crc32 } from '../../../files/crc32.js';
import { concatenate, latin1 } from '../common/bytes.js';
import { ByteReader, corrupt, type Header, unsupported } from '../common/header.js';

/** One chunk of a PNG file. */
export interface Chunk {
  /** Four letters; the first is uppercase for chunks that a decoder must understand. */
  readonly type: string;
  readonly data: Uint8Array;
  /** The whole chunk as stored: length, type, data, CRC. */
  readonly bytes: Uint8Array;
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * The chunks of a PNG file up to IEND; data after it is ignored.
 * @throws OneirosError `bad-input` if the file ends before IEND or a checksum is wrong
 */
export function* pngChunks(bytes: Uint8Array): Generator<Chunk, void> {
  const reader = new ByteReader(bytes, 'png', false);
  if (!signature.every((byte, i) => reader.u8(i) === byte)) throw corrupt('png', 'its signature is wrong');
  for (let at = signature.length, type = ''; type !== 'IEND';) {
    const length = reader.u32(at);
    const whole = reader.slice(at, length + 12);
    type = latin1(whole.subarray(4, 8));
    if (crc32(whole.subarray(4, -4)) !== reader.u32(at + length + 8))
      throw corrupt('png', `the checksum of the ${printable(type)} chunk at byte ${at} is wrong`);
    yield { type, data: whole.subarray(8, -4), bytes: whole };
    at += whole.length;
  }
}

/** A chunk of the given type and data. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(
    Uint8Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  );
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, -4)));
  return bytes;
}

/** A PNG file of these chunks. */
export function pngFile(chunks: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  return concatenate([signature, ...chunks]);
}

type ColorType = 0 | 2 | 3 | 4 | 6;

export interface PngHeader extends Header {
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha. */
  readonly colorType: ColorType;
  /** Samples per pixel. */
  readonly samples: number;
  readonly interlaced: boolean;
}

/** The IHDR chunk. @throws OneirosError `bad-input` if it is truncated or corrupt */
export function pngHeader(bytes: Uint8Array): PngHeader {
  const reader = new ByteReader(bytes, 'png', false);
  reader.need(0, 33);
  if (latin1(bytes.subarray(12, 16)) !== 'IHDR') throw corrupt('png', 'it does not begin with IHDR');
  const [bits, code] = [reader.u8(24), reader.u8(25)];
  const kind = kinds.find(({ colorType }) => colorType === code);
  if (!kind?.depths.includes(bits)) throw corrupt('png', `it has color type ${code} with ${bits} bits`);
  const { colorType, samples } = kind;
  const [width, height] = [reader.u32(16), reader.u32(20)];
  return { format: 'png', width, height, bits, colorType, samples, interlaced: bytes[28] !== 0 };
}

/** The samples per pixel and the bit depths of each color type. */
const kinds: readonly {
  readonly colorType: ColorType;
  readonly samples: number;
  readonly depths: readonly number[];
}[] = [
  { colorType: 0, samples: 1, depths: [1, 2, 4, 8, 16] },
  { colorType: 2, samples: 3, depths: [8, 16] },
  { colorType: 3, samples: 1, depths: [1, 2, 4, 8] },
  { colorType: 4, samples: 2, depths: [8, 16] },
  { colorType: 6, samples: 4, depths: [8, 16] },
];
const needed = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'eXIf']);

/**
 * The chunks that decoding needs, without gamma, chromaticities and color profiles.
 * @throws OneirosError `bad-input` if the file is truncated or corrupt; `unsupported` if it has an unknown critical
 *   chunk
 */
export function essentialChunks(bytes: Uint8Array): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (const chunk of pngChunks(bytes))
    if (needed.has(chunk.type)) chunks.push(chunk);
    else if (/^[A-Z]/.test(chunk.type)) throw unsupported('png', `${printable(chunk.type)}-chunk`);
  if (!chunks.some(({ type }) => type === 'IDAT')) throw corrupt('png', 'it has no pixels (no IDAT chunk)');
  return chunks;
}

function printable(type: string): string {
  return JSON.stringify(type);
}
