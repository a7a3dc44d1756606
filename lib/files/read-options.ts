import { OneirosError } from '../base/errors.js';
import { describeLocation, type FileLocation } from './location.js';

export interface ReadOptions {
  /** The maximum size of the file in bytes. */
  readonly limit: number;
  /** Browsers only: whether a downloaded file is kept for the next time; see `DownloadOptions.cache`. */
  readonly keep: boolean;
}
export const readDefaults: ReadOptions = { limit: 2 ** 31, keep: true };

/** @throws OneirosError `too-large` if the file has more bytes than the limit */
export function checkLimit(location: FileLocation, size: number, limit: number): void {
  if (size > limit)
    throw new OneirosError(
      'too-large',
      `cannot read ${JSON.stringify(describeLocation(location))}: it has ${size} bytes, over the limit of ${limit}`,
    );
}
