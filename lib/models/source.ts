import { bytesSource, type ByteSource } from '../files/source.js';
import { openWeights, type Checkpoint } from '../weights/open.js';

/** Where weights come from: a path (in Node), the bytes of a file, or a checkpoint that is open already. */
export type WeightsSource = string | Uint8Array | Checkpoint;

/**
 * Opens weights for as long as `use` takes. A checkpoint that was open before stays so.
 * @throws OneirosError as `openWeights` and `fileSource` do
 */
export async function withWeights<T>(
  source: WeightsSource,
  use: (checkpoint: Checkpoint) => Promise<T>,
): Promise<T> {
  if (typeof source !== 'string' && 'weights' in source) return use(source);
  await using bytes = await openSource(source);
  return await use(await openWeights(bytes));
}

async function openSource(source: string | Uint8Array): Promise<ByteSource> {
  if (typeof source !== 'string') return bytesSource(source);
  // Only who gives a path needs a file system.
  const { fileSource } = await import('../files/read.js');
  return fileSource(source);
}
