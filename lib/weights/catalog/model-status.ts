import type { CatalogEntry } from './entry.js';

/**
 * Which part of a model's file is available locally:
 * - `shipped` the file comes with the package
 * - `here`    the whole file; it was verified when it was pulled
 * - `partly`  some of its tensors, the beginning of a download, or a file that was not pulled
 * - `absent`  nothing
 */
export type Presence = 'shipped' | 'here' | 'partly' | 'absent';

export interface ModelStatus {
  readonly entry: CatalogEntry;
  readonly presence: Presence;
  /** The path of its whole file, even if the file does not exist. */
  readonly path: string;
  /** Bytes that are stored locally. */
  readonly bytes: number;
}

export interface Verification extends ModelStatus {
  /**
   * - `verified`    its sha256 is the published one, or begins with the published digits
   * - `unchanged`   no sha256 is published, but the file is the same as when it was pulled
   * - `damaged`     the sha256 differs from the published one, or from the one at the pull
   * - `unverified`  there is no whole file to verify
   */
  readonly result: 'verified' | 'unchanged' | 'damaged' | 'unverified';
  /** The sha256 of the file in hexadecimal; `null` if there is no whole file. */
  readonly sha256: string | null;
  /** What is wrong if the file is damaged, otherwise `null`. */
  readonly detail: string | null;
}
