import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';

/**
 * Bytes that are read in ranges: from memory, from a file, or by HTTP range requests. The code that opens a source
 * closes it (`await using`). For files on disk use `fileSource`.
 */
export interface ByteSource extends AsyncDisposable {
  /** In bytes. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes from `offset` on. Do not write to them: they can be a view of shared memory.
   * @throws OneirosError `bad-input` if the range is not inside the source
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A source over bytes in memory. It returns views of them. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  check('bytesSource', { bytes: [bytes, kind.bytes] });
  const close = () => Promise.resolve();
  return {
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- so that a wrong range rejects, as in every source
    async read(offset, length) {
      checkRange(bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A source over a `File` or another `Blob`. It returns copies. */
export function blobSource(blob: Blob): ByteSource {
  const close = () => Promise.resolve();
  return {
    size: blob.size,
    async read(offset, length) {
      checkRange(blob.size, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @throws OneirosError `bad-input` if the range is not inside a source of `size` bytes */
export function checkRange(size: number, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!whole || offset + length > size)
    throw new OneirosError(
      'bad-input',
      `the file is truncated or damaged: expected ${length} bytes at byte ${offset}, but it ends after ${size}`,
    );
}
