import { check } from '../base/arguments.js';
import { kind } from '../base/kinds.js';
import { withDefaults } from '../base/options.js';
import { download } from './download.js';
import type { FileLocation } from './location.js';
import { checkLimit, readDefaults, type ReadOptions } from './read-options.js';
import { blobSource, type ByteSource, bytesSource } from './source.js';

/** As `read.ts` has it in Node: the whole of a file, from an address or a blob. */
export async function readFileBytes(
  location: FileLocation,
  options: Partial<ReadOptions> = {},
): Promise<Uint8Array> {
  const { limit, keep } = withDefaults(readDefaults, options);
  if (!(location instanceof Blob)) return download(location, { limit, ...(!keep && { cache: null }) });
  checkLimit(location, location.size, limit);
  return new Uint8Array(await location.arrayBuffer());
}

/** As `read.ts` has it in Node. A blob is read piece by piece; what lies at an address is loaded whole. */
export async function fileSource(location: FileLocation): Promise<ByteSource> {
  check('fileSource', { location: [location, kind.location] });
  return location instanceof Blob ? blobSource(location) : bytesSource(await download(location));
}
