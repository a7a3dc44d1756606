import type { Isolation } from '../types.js';
import type { Channel } from './channel.js';

/** What differs between Node and browsers. */
export interface Platform {
  /**
   * What an engine is to be given: the model's bytes, or a path that it can read itself.
   * @throws OneirosError `not-found` if there is no model at that place
   */
  locate(model: Uint8Array | { readonly path: string }): Promise<Uint8Array | string>;
  /** @param assets see `SessionOptions.assets` */
  connect(isolation: Isolation, assets: string | undefined): Channel;
  /** Bytes that this process can still take; Infinity where nobody says. */
  freeMemory(): number;
}
