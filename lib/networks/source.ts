import { fileSource } from '#files/read';
import { about, type FileLocation, fileName } from '../files/location.js';
import { type ByteSource, bytesSource } from '../files/source.js';
import { readModel } from '../onnx/codec/model-files.js';
import { decodeModel } from '../onnx/codec/read.js';
import type { Model } from '../onnx/graph/graph.js';
import { type Checkpoint, loadWeights } from '../weights/formats/open.js';

/** Tensors by name, with what their file says of itself besides. */
export type OpenWeights = Pick<Checkpoint, 'weights' | 'metadata'>;

/** Where a model comes from: the place of an ONNX file, its bytes, or a model that is decoded already. */
export type ModelSource = FileLocation | Uint8Array | Model;

/**
 * Where weights come from: the place of a file, its bytes, what reads a file piece by piece, or a checkpoint that is open
 * already.
 */
export type WeightsSource = FileLocation | Uint8Array | ByteSource | OpenWeights;

/**
 * Opens weights for as long as `use` takes. What was open before stays so.
 * @throws OneirosError as `loadWeights` and `fileSource` do
 */
export async function withWeights<T>(
  source: WeightsSource,
  use: (checkpoint: OpenWeights) => Promise<T>,
): Promise<T> {
  if (typeof source === 'object' && 'weights' in source) return use(source);
  if (typeof source === 'object' && 'read' in source) return use(await loadWeights(source));
  await using bytes = await openSource(source);
  const open = () => loadWeights(bytes);
  return await use(await (source instanceof Uint8Array ? open() : about(source, open)));
}

/**
 * The model of a source.
 * @throws OneirosError `not-found`, or `bad-input` for a malformed one
 */
export async function readModelSource(source: ModelSource): Promise<Model> {
  if (source instanceof Uint8Array) return decodeModel(source);
  return isModel(source) ? source : about(source, () => readModel(source));
}

/** What to call a network from there: the file's name; `null` where it has none. */
export function nameOfSource(source: ModelSource): string | null {
  return source instanceof Uint8Array || isModel(source) ? null : fileName(source);
}

function isModel(source: FileLocation | Model): source is Model {
  return typeof source === 'object' && 'graph' in source;
}

async function openSource(source: FileLocation | Uint8Array): Promise<ByteSource> {
  return source instanceof Uint8Array ? bytesSource(source) : fileSource(source);
}
