import { OneirosError } from '../base/errors.js';

/**
 * As `write.ts` has it in Node, for a page: hands the browser a file to save, which it does whole or not at all.
 * @param path the name to save it by; folders in it are left away
 * @throws OneirosError `unsupported` where there is no page: in a worker
 */
export function writeFileAtomic(path: string, bytes: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  if (typeof document === 'undefined')
    return Promise.reject(
      new OneirosError('unsupported', `a worker cannot save ${path}: post its bytes to the page`),
    );
  const pieces = bytes instanceof Uint8Array ? [bytes] : [...bytes];
  const address = URL.createObjectURL(new Blob(pieces.map((piece) => new Uint8Array(piece))));
  const link = document.createElement('a');
  link.href = address;
  link.download = path.replace(/^.*[/\\]/, '');
  link.click();
  // The browser reads the blob some time after the click; when, it does not tell.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return Promise.resolve();
}

/** The twin of `write.ts` for browsers, which leave no temporary files behind. */
export function removeLeftovers(): Promise<void> {
  return Promise.resolve();
}
