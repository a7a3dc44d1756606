import type { ByteSource } from '../../files/source.js';
import type { Weights } from '../weights.js';
import type { CatalogEntry } from './entry.js';
import type { PullOptions } from './pull-options.js';

/** A model of the catalog and the location of its file. */
export interface Located extends AsyncDisposable {
  readonly entry: CatalogEntry;
  /** A path or address, or a source that reads the file in parts until this object is disposed. */
  readonly source: string | ByteSource;
}

export interface LocateOptions extends PullOptions {
  /**
   * States that only some of a checkpoint's tensors will be read; returns their total size in bytes. If the whole file
   * is not available locally, only those tensors are fetched.
   */
  readonly partial?: ((weights: Weights, entry: CatalogEntry) => number) | undefined;
}
