import { messageOf, type OneirosError } from '../../../base/errors.js';
import { corrupt, type Format } from './header.js';

/** zlib expands its input at most 1032-fold. */
const maxRatio = 1032;
/** Some encoders write extra bytes after the last pixel. */
const slack = 1024;

/**
 * Inflates a zlib stream and returns the first `length` bytes.
 * @param most the maximum number of inflated bytes
 * @throws OneirosError `bad-input` if there are fewer than `length` or more than `most` bytes, or if it is not a zlib
 *   stream; if the ratio is impossible, before memory is allocated
 */
export async function inflate(
  compressed: Uint8Array<ArrayBuffer>,
  format: Format,
  length: number,
  most = length + slack,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length > maxRatio * (compressed.length + 1))
    throw tooFew(format, `${compressed.length} compressed`, length);
  const result = new Uint8Array(length);
  let at = 0;
  for await (const part of inflated(compressed, format)) {
    if (at + part.length > most) throw tooMany(format, length);
    if (at < length) result.set(part.subarray(0, length - at), at);
    at += part.length;
  }
  if (at < length) throw tooFew(format, `${at}`, length);
  return result;
}

async function* inflated(compressed: Uint8Array<ArrayBuffer>, format: Format): AsyncGenerator<Uint8Array> {
  const reader = through(compressed, new DecompressionStream('deflate')).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } catch (error) {
    throw corrupt(format, messageOf(error), error);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Compresses bytes to a zlib stream. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const deflated = through(bytes, new CompressionStream('deflate'));
  return new Uint8Array(await new Response(deflated).arrayBuffer());
}

/** The output of a compression stream. Its errors appear in the output as well. */
function through(
  bytes: Uint8Array<ArrayBuffer>,
  { writable, readable }: DecompressionStream | CompressionStream,
): ReadableStream<Uint8Array> {
  const writer = writable.getWriter();
  writer.write(bytes).catch(() => undefined);
  writer.close().catch(() => undefined);
  return readable;
}

function tooFew(format: Format, held: string, length: number): OneirosError {
  return corrupt(format, `its compressed data holds ${held} bytes, but its size needs ${length}`);
}

function tooMany(format: Format, length: number): OneirosError {
  return corrupt(format, `its compressed data holds more than the ${length} bytes that its size needs`);
}
