import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';
import { download } from './download.js';
import type { FileLocation } from './location.js';
import { checkLimit, readDefaults, type ReadOptions } from './read-options.js';
import { blobSource, type ByteSource, bytesSource } from './source.js';

/** The browser twin of `read.ts`: reads a whole file from an address or a blob. */
export async function readFileBytes(
  location: FileLocation,
  options: Partial<ReadOptions> = {},
): Promise<Uint8Array> {
  const { limit, keep } = withDefaults(readDefaults, options);
  if (!(location instanceof Blob)) return download(location, { limit, ...(!keep && { cache: null }) });
  checkLimit(location, location.size, limit);
  return new Uint8Array(await location.arrayBuffer());
}

/** The browser twin of `read.ts`. A blob is read in ranges; a file at an address is downloaded whole. */
export async function fileSource(location: FileLocation): Promise<ByteSource> {
  check('fileSource', { location: [location, kind.location] });
  return location instanceof Blob ? blobSource(location) : bytesSource(await download(location));
}
