import { bytesSource, type ByteSource } from '../files/source.js';
import type { Model } from '../onnx/graph.js';
import { decodeModel } from '../onnx/read.js';
import { openWeights, type Checkpoint } from '../weights/open.js';

/** Tensors by name, with what their file says of itself besides. */
export type OpenWeights = Pick<Checkpoint, 'weights' | 'metadata'>;

/**
 * Where weights come from: a path (in Node), the bytes of a file, what reads a file piece by piece, or a checkpoint that is
 * open already.
 */
export type WeightsSource = string | Uint8Array | ByteSource | OpenWeights;

/**
 * Opens weights for as long as `use` takes. What was open before stays so.
 * @throws OneirosError as `openWeights` and `fileSource` do
 */
export async function withWeights<T>(
  source: WeightsSource,
  use: (checkpoint: OpenWeights) => Promise<T>,
): Promise<T> {
  if (typeof source !== 'string' && 'weights' in source) return use(source);
  if (typeof source !== 'string' && 'read' in source) return use(await openWeights(source));
  await using bytes = await openSource(source);
  return await use(await openWeights(bytes));
}

/**
 * Reads an ONNX file.
 * @throws OneirosError `not-found`, or `bad-input` for a malformed one
 */
export async function readModelSource(source: string | Uint8Array): Promise<Model> {
  if (typeof source !== 'string') return decodeModel(source);
  const { readModel } = await import('../onnx/files.js');
  return readModel(source);
}

async function openSource(source: string | Uint8Array): Promise<ByteSource> {
  if (typeof source !== 'string') return bytesSource(source);
  // Only who gives a path needs a file system.
  const { fileSource } = await import('../files/read.js');
  return fileSource(source);
}
