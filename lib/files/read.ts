import { withDefaults } from '../options.js';
import { check } from '../arguments.js';
import { kind } from '../kinds.js';
import { open, type FileHandle } from 'node:fs/promises';
import { OneirosError } from '../errors.js';
import { download } from './download.js';
import { fileError } from './failure.js';
import type { FileLocation } from './location.js';
import { pathOf } from './path.js';
import { checkLimit, readDefaults, type ReadOptions } from './read-options.js';
import { blobSource, bytesSource, checkRange, type ByteSource } from './source.js';

/** One system call reads less than 2 GiB. */
const chunk = 2 ** 30;

/**
 * The whole of a file.
 * @throws OneirosError `not-found`; `bad-argument` if it is a folder or another thing that is no file; `too-large`,
 *   before memory is taken, if it has more bytes than the limit; `runtime` if the operating system refuses
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

/**
 * Opens a file for reading piece by piece; it is closed by `close` or `await using`. In browsers, and from http in Node,
 * it is loaded whole first.
 * @throws OneirosError as {@link readFileBytes} does, but for the limit
 */
export async function fileSource(location: FileLocation): Promise<ByteSource> {
  check('fileSource', { location: [location, kind.location] });
  if (location instanceof Blob) return blobSource(location);
  if (location instanceof URL && /^https?:$/.test(location.protocol))
    return bytesSource(await download(location));
  const path = pathOf(location);
  const file = await open(path, 'r').catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  try {
    return sourceOf(file, path, await regularSize(file, path));
  } catch (error) {
    await file.close();
    throw fileError('read', path, error);
  }
}

async function regularSize(file: FileHandle, path: string): Promise<number> {
  const stats = await file.stat();
  if (stats.isFile()) return stats.size;
  const kind = stats.isDirectory() ? 'a folder' : 'a device or a pipe';
  throw new OneirosError('bad-argument', `cannot read ${JSON.stringify(path)}: it is ${kind}, not a file`);
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
    // Somebody cut the file short since it was opened.
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
