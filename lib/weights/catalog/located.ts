import type { ByteSource } from '../../files/source.js';
import type { Weights } from '../weights.js';
import type { CatalogEntry } from './entry.js';
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
