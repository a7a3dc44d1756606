import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';
import { download } from './download.js';
import { fileError, requireFile } from './file-errors.js';
import type { FileLocation } from './location.js';
import { pathOf } from './path.js';
import { checkLimit, readDefaults, type ReadOptions } from './read-options.js';
import { blobSource, type ByteSource, bytesSource, checkRange } from './source.js';

/** A system call can read less than 2 GiB. */
const chunk = 2 ** 30;

/**
 * Reads a whole file.
 * @throws OneirosError `not-found`; `bad-argument` for a folder, a pipe or a device; `too-large` if it has more bytes
 *   than the limit (for a file on disk or a blob, before memory is allocated); `runtime` if the operating system
 *   refuses
 */
export async function readFileBytes(
  location: FileLocation,
  options: Partial<ReadOptions> = {},
): Promise<Uint8Array> {
  const { limit } = withDefaults(readDefaults, options);
  await using source = await fileSource(location);
  checkLimit(location, source.size, limit);
  return await source.read(0, source.size);
}

/** In bytes. */
const maxSmallText = 2 ** 16;

/** The text of a file of up to 64 KiB; `null` if it cannot be read. */
export async function readSmallText(path: string): Promise<string | null> {
  const bytes = await readFileBytes(path, { limit: maxSmallText }).catch(() => null);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

/**
 * Opens a file for reading ranges of it. Close it with `close` or `await using`. A file at an http address, and any
 * address in browsers, is downloaded whole first.
 * @throws OneirosError as {@link readFileBytes}, except for its limit
 */
export async function fileSource(location: FileLocation): Promise<ByteSource> {
  check('fileSource', { location: [location, kind.location] });
  if (location instanceof Blob) return blobSource(location);
  if (location instanceof URL && /^https?:$/.test(location.protocol))
    return bytesSource(await download(location));
  const path = pathOf(location);
  try {
    const { file, size } = await openFile(path);
    return sourceOf(file, path, size);
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/** Windows has neither this flag nor pipes in its file system. */
const nonblocking = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

/**
 * Opens a regular file. Opening a pipe blocks until another process writes to it, and opening a device can start it. So
 * the path is checked before opening, and the open file again: another process may have replaced the path in between.
 */
async function openFile(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
  requireFile(await stat(path), 'read', path);
  const file = await open(path, constants.O_RDONLY | nonblocking);
  try {
    const found = await file.stat();
    requireFile(found, 'read', path);
    return { file, size: found.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function sourceOf(file: FileHandle, path: string, size: number): ByteSource {
  const close = () => file.close();
  return {
    size,
    async read(offset, length) {
      checkRange(size, offset, length);
      try {
        return await readRange(file, offset, length);
      } catch (error) {
        throw fileError('read', path, error);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function readRange(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = allocate(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(chunk, length - done), offset + done);
    // Another process truncated the file after it was opened.
    if (bytesRead === 0) checkRange(offset + done, offset, length);
    done += bytesRead;
  }
  return bytes;
}

function allocate(length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new OneirosError('too-large', `${length} bytes do not fit in memory`, { cause });
  }
}
