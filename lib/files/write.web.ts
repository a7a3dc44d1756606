import { OneirosError } from '../base/errors.js';

/**
 * The browser twin of `write.ts`: starts a download of the bytes, which the browser saves completely or not at all.
 * @param path the suggested file name; its folders are dropped
 * @throws OneirosError `unsupported` in a worker, which has no page
 */
export function writeFileAtomic(path: string, bytes: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  if (typeof document === 'undefined')
    return Promise.reject(
      new OneirosError('unsupported', `a worker cannot save ${path}: post the bytes to the page`),
    );
  const pieces = bytes instanceof Uint8Array ? [bytes] : [...bytes];
  const address = URL.createObjectURL(new Blob(pieces.map((piece) => new Uint8Array(piece))));
  const link = document.createElement('a');
  link.href = address;
  link.download = path.replace(/^.*[/\\]/, '');
  link.click();
  // The browser reads the blob some time after the click and does not report when.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return Promise.resolve();
}

/** The browser twin of `write.ts`: browsers leave no temporary files behind. */
export function removeLeftovers(): Promise<void> {
  return Promise.resolve();
}
