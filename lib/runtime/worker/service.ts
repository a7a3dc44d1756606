import type { Packed } from '../protocol/packing.js';

/** Answers a host's requests, independent of how they are transported. */
export interface Service<Q, R extends { readonly kind: string }> {
  /** The reply; `null` for a request that has none. */
  answer(request: Q): Promise<R | null>;
  /** The reply and the buffers that move with it. */
  pack(reply: R): Packed<R>;
  /** Called with each request after it is answered. */
  after?(request: Q): void;
}
