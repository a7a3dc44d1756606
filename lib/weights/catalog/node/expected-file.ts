import { OneirosError } from '../../../base/errors.js';
import type { Expected } from '../../download/node/resumable-download.js';
import type { CatalogEntry, Checksum } from '../entry.js';
import type { PullOptions } from '../pull-options.js';

// What a catalog entry says of its file: where it is, how large, and which one.

/** How far a size may be from one that was rounded. */
const rounding = 0.1;
/** The largest file that is taken where nothing is known of its size. */
const largest = 4 * 2 ** 30;

/** Where to look, in this order: at the mirror alone, if there is one. */
export function addressesOf({ source, file }: CatalogEntry, { mirror }: PullOptions): readonly string[] {
  if (mirror === undefined) return source.kind === 'download' ? source.addresses : [];
  const base = URL.canParse(mirror) ? new URL(mirror.replace(/\/?$/, '/')) : null;
  if (base !== null && /^https?:$/.test(base.protocol) && base.username === '')
    return [new URL(file, base).href];
  throw new OneirosError(
    'bad-argument',
    `the mirror ${JSON.stringify(mirror)} is no address: expected something like https://models.example.org/oneiros/`,
  );
}

/** What a model's file has to be like. */
export function expectedOf({ size, checksum }: CatalogEntry): Expected {
  const isVerified = checksum.kind !== 'none';
  if (size === null) return { smallest: 1, largest, isVerified };
  const slack = size.exact ? 0 : Math.ceil(size.bytes * rounding);
  return { smallest: size.bytes - slack, largest: size.bytes + slack, isVerified };
}

/** Whether a file of this sha256 is what it should be, as far as anybody knows. */
export function agrees(sha256: string, checksum: Checksum): boolean {
  return checksum.kind === 'none' || sha256.startsWith(checksum.digest);
}

export function difference(sha256: string, checksum: Checksum): string {
  const expected = checksum.kind === 'none' ? '?' : checksum.digest;
  return `its sha256 is ${sha256}, expected ${expected}${checksum.kind === 'sha256-prefix' ? '…' : ''} (${checksum.from})`;
}
