import { OneirosError } from '../../../base/errors.js';
import type { Expected } from '../../download/node/resumable-download.js';
import type { CatalogEntry, Checksum } from '../entry.js';
import type { PullOptions } from '../pull-options.js';

// The addresses, size and checksum that a catalog entry gives for its file.

/** The relative tolerance for a size that is not exact. */
const rounding = 0.1;
/** The maximum size of a file of unknown size. */
const largest = 4 * 2 ** 30;

/**
 * The addresses to try, in this order; if there is a mirror, only its address.
 * @throws OneirosError `bad-argument` if the mirror is not an http(s) address
 */
export function addressesOf({ source, file }: CatalogEntry, { mirror }: PullOptions): readonly string[] {
  if (mirror === undefined) return source.kind === 'download' ? source.addresses : [];
  const base = URL.canParse(mirror) ? new URL(mirror.replace(/\/?$/, '/')) : null;
  if (base !== null && /^https?:$/.test(base.protocol) && base.username === '')
    return [new URL(file, base).href];
  throw new OneirosError(
    'bad-argument',
    `the mirror ${JSON.stringify(mirror)} is not a valid address: expected something like https://models.example.org/oneiros/`,
  );
}

/** The size that a model's file must have, and whether its checksum is known. */
export function expectedOf({ size, checksum }: CatalogEntry): Expected {
  const isVerified = checksum.kind !== 'none';
  if (size === null) return { smallest: 1, largest, isVerified };
  const slack = size.exact ? 0 : Math.ceil(size.bytes * rounding);
  return { smallest: size.bytes - slack, largest: size.bytes + slack, isVerified };
}

/** Whether a sha256 agrees with the published checksum; true if none is published. */
export function matchesChecksum(sha256: string, checksum: Checksum): boolean {
  return checksum.kind === 'none' || sha256.startsWith(checksum.digest);
}

export function checksumDifference(sha256: string, checksum: Checksum): string {
  const expected = checksum.kind === 'none' ? '?' : checksum.digest;
  return `its sha256 is ${sha256}, expected ${expected}${checksum.kind === 'sha256-prefix' ? '…' : ''} (${checksum.from})`;
}
