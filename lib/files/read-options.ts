import { OneirosError } from '../base/errors.js';
import { describeLocation, type FileLocation } from './location.js';

export interface ReadOptions {
  /** The most bytes that are taken into memory. */
  readonly limit: number;
  /** Browsers: whether what lies at an address is kept for the next time; see `DownloadOptions.cache`. */
  readonly keep: boolean;
}
export const readDefaults: ReadOptions = { limit: 2 ** 31, keep: true };

/** @throws OneirosError `too-large` for a file of more bytes than the limit */
export function checkLimit(location: FileLocation, size: number, limit: number): void {
  if (size > limit)
    throw new OneirosError(
      'too-large',
      `cannot read ${JSON.stringify(describeLocation(location))}: it has ${size} bytes, over the limit of ${limit}`,
    );
}
