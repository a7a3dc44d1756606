import type { Isolation } from '../types.js';
import type { Channel } from './channel.js';

/** The operations that differ between Node and browsers. */
export interface Platform {
  /**
   * The form of a model that is sent to an engine: its bytes, or a path that the engine can read.
   * @throws OneirosError `not-found` if there is no file at the path
   */
  locate(model: Uint8Array | { readonly path: string }): Promise<Uint8Array | string>;
  /** @param assets see `SessionOptions.assets` */
  connect(isolation: Isolation, assets: string | undefined): Channel;
  /** Bytes of memory that are still available to this process; Infinity if unknown. */
  freeMemory(): number;
}
