import { ByteReader, corrupt, unsupported, type Header } from './bytes.js';
import { inflatesTo } from './inflate.js';

/** One chunk of a PNG file. */
export interface Chunk {
  /** Four letters; the first is a capital in those a decoder must understand. */
  readonly type: string;
  readonly data: Uint8Array;
  /** The whole chunk as it lies in the file: length, type, data, CRC. */
  readonly bytes: Uint8Array;
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * The chunks of a PNG file up to IEND; what follows that is ignored.
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

export interface PngHeader extends Header {
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  readonly interlaced: boolean;
}

/** The IHDR chunk. @throws OneirosError `bad-input` if it is truncated or corrupt */
export function pngHeader(bytes: Uint8Array): PngHeader {
  const reader = new ByteReader(bytes, 'png', false);
  reader.need(0, 33);
  if (latin1(bytes.subarray(12, 16)) !== 'IHDR') throw corrupt('png', 'it does not begin with IHDR');
  const [bits, colorType] = [reader.u8(24), reader.u8(25)];
  if (!depths[colorType]?.includes(bits))
    throw corrupt('png', `it has colour type ${colorType} with ${bits} bits`);
  return { format: 'png', width: reader.u32(16), height: reader.u32(20), bits, interlaced: bytes[28] !== 0 };
}

/** The bit depths that each colour type may have: grey, RGB, palette, grey with alpha, RGB with alpha. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const needed = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/**
 * The file with only the chunks that make the picture: decoders stumble over animation chunks and trailing bytes.
 * @throws OneirosError `bad-input` if it is truncated or corrupt, or inflates to far more than its pixels;
 *   `unsupported` if it has an unknown critical chunk
 */
export async function essentialPng(bytes: Uint8Array): Promise<Uint8Array> {
  const chunks = [...pngChunks(bytes)];
  const unknown = chunks.find(({ type }) => /^[A-Z]/.test(type) && !needed.has(type));
  if (unknown) throw unsupported('png', `${printable(unknown.type)}-chunk`);
  const data = chunks.filter(({ type }) => type === 'IDAT');
  if (data.length === 0) throw corrupt('png', 'it has no pixels (no IDAT chunk)');
  const { width, height, interlaced } = pngHeader(bytes);
  // pngjs bounds the inflated size itself, but not when interlaced. 8 bytes a pixel, and filter bytes of 7 passes.
  if (interlaced)
    await inflatesTo(
      concatenate(data.map((chunk) => chunk.data)),
      'png',
      1,
      8 * width * height + 14 * height + 64,
    );
  return pngFile(chunks.filter(({ type }) => needed.has(type)).map((chunk) => chunk.bytes));
}

/** Bytes as characters of the same numbers (Latin-1). */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function printable(type: string): string {
  return JSON.stringify(type);
}

/** Byte strings one after another. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** The checksum of PNG's chunks (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
