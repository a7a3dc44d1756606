import { messageOf, type OneirosError } from '../../../base/errors.js';
import { corrupt, type Format } from './header.js';

/** No zlib stream makes more of its bytes. */
const mostRatio = 1032;
/** What some encoders write behind the last pixel. */
const slack = 1024;

/**
 * The first `length` bytes that a zlib stream inflates to.
 * @param most bytes that it may inflate to
 * @throws OneirosError `bad-input`, before memory is taken where it can be known, if there are fewer or far more, or if
 *   it is no zlib stream
 */
export async function inflate(
  compressed: Uint8Array<ArrayBuffer>,
  format: Format,
  length: number,
  most = length + slack,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length > mostRatio * (compressed.length + 1))
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

/** The bytes as a zlib stream. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const deflated = through(bytes, new CompressionStream('deflate'));
  return new Uint8Array(await new Response(deflated).arrayBuffer());
}

/** What comes out at the other end. Errors come out there as well. */
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
  return corrupt(format, `its compressed data holds ${held} bytes where its size calls for ${length}`);
}

function tooMany(format: Format, length: number): OneirosError {
  return corrupt(format, `its compressed data holds more than the ${length} bytes its size calls for`);
}
