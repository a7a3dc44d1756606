import { fileSource } from '#files/read';
import { about, type FileLocation, fileName } from '../files/location.js';
import { type ByteSource, bytesSource } from '../files/source.js';
import { readModel } from '../onnx/codec/model-files.js';
import { decodeModel } from '../onnx/codec/read.js';
import type { Model } from '../onnx/graph/graph.js';
import { type Checkpoint, loadWeights } from '../weights/formats/open.js';

/** Tensors by name, with the metadata of their file. */
export type OpenWeights = Pick<Checkpoint, 'weights' | 'metadata'>;

/** Where a model comes from: the location of an ONNX file, its bytes, or a decoded model. */
export type ModelSource = FileLocation | Uint8Array | Model;

/**
 * Where weights come from: the location of a file, its bytes, a source that reads a file in pieces, or an open
 * checkpoint.
 */
export type WeightsSource = FileLocation | Uint8Array | ByteSource | OpenWeights;

/**
 * Opens weights until `use` resolves. A source that was already open stays open.
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
 * Reads and decodes a model.
 * @throws OneirosError `not-found`, or `bad-input` for a malformed model
 */
export async function readModelSource(source: ModelSource): Promise<Model> {
  if (source instanceof Uint8Array) return decodeModel(source);
  return isModel(source) ? source : about(source, () => readModel(source));
}

/** The name of a source's file; `null` if it is not a file. */
export function nameOfSource(source: ModelSource): string | null {
  return source instanceof Uint8Array || isModel(source) ? null : fileName(source);
}

function isModel(source: FileLocation | Model): source is Model {
  return typeof source === 'object' && 'graph' in source;
}

async function openSource(source: FileLocation | Uint8Array): Promise<ByteSource> {
  return source instanceof Uint8Array ? bytesSource(source) : fileSource(source);
}
