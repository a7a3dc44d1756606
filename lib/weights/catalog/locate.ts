import { locate } from '#catalog';
import type { ByteSource } from '../../files/source.js';
import type { Weights } from '../weights.js';
import type { CatalogEntry, Task } from './entry.js';
import type { PullOptions } from './pull-options.js';

/** A model of the catalog, and where its file is now. */
export interface Located extends AsyncDisposable {
  readonly entry: CatalogEntry;
  /** A path, or what reads the file piece by piece until this is disposed. */
  readonly source: string | ByteSource;
}

export interface LocateOptions extends PullOptions {
  /**
   * Only some of a checkpoint's tensors are going to be read, of so many bytes: where the whole file is not here, none but
   * those are fetched.
   */
  readonly partial?: ((weights: Weights, entry: CatalogEntry) => number) | undefined;
}

/**
 * Finds a model of the catalog, and pulls it where it is not here yet; `null` if the catalog has none of that name. In
 * browsers catalog and models lie where `mirror` says, which is where a page's host has put `onnx-models/`.
 * @throws OneirosError `bad-argument` if it does something else than `task`, where one is given; `not-found` if its file is neither here nor to
 *   be had; as `pullModel` does
 */
export async function locateModel(
  name: string,
  task: Task | undefined,
  options: LocateOptions = {},
): Promise<Located | null> {
  return locate(name, task, options);
}
