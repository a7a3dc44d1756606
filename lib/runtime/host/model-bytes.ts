import { encodeChunks } from '../../onnx/codec/write.js';
import type { Model } from '../../onnx/graph/graph.js';
import { yieldToEventLoop } from './yield.js';

/** Bytes to copy between two yields to the event loop: copying them takes a few milliseconds. */
const pause = 2 ** 24;

/**
 * The ONNX file of a model, ready to be moved to a worker. Copies large models in parts to keep the thread responsive.
 */
export function modelBytes(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  return joined(encodeChunks(model));
}

/** Concatenates arrays of bytes, in parts, so that the thread stays responsive. */
export async function joined(chunks: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  let copied = 0;
  for (const chunk of chunks)
    for (let start = 0; start < chunk.length; start += pause) {
      const part = chunk.subarray(start, start + pause);
      bytes.set(part, at);
      at += part.length;
      copied += part.length;
      if (copied < pause) continue;
      copied = 0;
      await yieldToEventLoop();
    }
  return bytes;
}
