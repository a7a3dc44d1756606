import type { CatalogEntry } from './entry.js';

/**
 * What there is of a model: `shipped` with the package; `here` as a whole, verified when it was pulled; `partly` as some of
 * its tensors, or the beginning of a download; `absent`.
 */
export type Presence = 'shipped' | 'here' | 'partly' | 'absent';

export interface ModelStatus {
  readonly entry: CatalogEntry;
  readonly presence: Presence;
  /** Where its whole file is, or would be. */
  readonly path: string;
  /** Bytes that are here. */
  readonly bytes: number;
}

export interface Verification extends ModelStatus {
  /**
   * - `verified`    its sha256 is the published one, or agrees with the digits of it that are known
   * - `unchanged`   nobody has published its sha256, but it is what was pulled
   * - `damaged`     it is something else
   * - `unverified`  there is no whole file to verify
   */
  readonly result: 'verified' | 'unchanged' | 'damaged' | 'unverified';
  readonly sha256: string | null;
  /** What is wrong, where something is. */
  readonly detail: string | null;
}
