import type { Packed } from '../protocol/packing.js';

/** What a worker does for its host, whichever way requests reach it. */
export interface Service<Q, R extends { readonly kind: string }> {
  /** The reply; `null` where none is expected. */
  answer(request: Q): Promise<R | null>;
  /** The reply with the buffers that move. */
  pack(reply: R): Packed<R>;
  /** Called with a request that has been answered. */
  after?(request: Q): void;
}
