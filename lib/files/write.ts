import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OneirosError } from '../errors.js';
import { fileError } from './failure.js';

/**
 * Writes a file so that at every moment, also after a crash, there is the old one (or none) or the whole new one: under a
 * temporary name in the same folder, flushed to the disk, then renamed. A failure leaves nothing behind. An existing
 * file keeps its permissions; a symbolic link is followed.
 * @param bytes whole or in pieces, which are written one after the other
 * @throws OneirosError `not-found` if the folder is not there; `bad-argument` if `path` is a folder or a device;
 *   `runtime` if the operating system refuses (permissions, no space left)
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  try {
    const target = await targetOf(path);
    await replace(target.path, pieces, target.mode);
  } catch (error) {
    throw fileError('write', path, error);
  }
}

interface Target {
  readonly path: string;
  /** The permissions to keep, where there was a file before. */
  readonly mode: number | undefined;
}

async function targetOf(path: string): Promise<Target> {
  const existing = await stat(path).catch(() => undefined);
  if (existing === undefined) return { path, mode: undefined };
  // Renaming over a device (/dev/null!) would replace it.
  if (!existing.isFile()) {
    const kind = existing.isDirectory() ? 'a folder' : 'a device or a pipe';
    throw new OneirosError('bad-argument', `cannot write ${JSON.stringify(path)}: it is ${kind}, not a file`);
  }
  return { path: await realpath(path), mode: existing.mode & 0o777 };
}

async function replace(path: string, pieces: Iterable<Uint8Array>, mode: Target['mode']): Promise<void> {
  // The name is cut so that it stays within the 255 bytes of most file systems.
  const temporary = join(dirname(path), `.${basename(path).slice(0, 40)}.${randomUUID()}.tmp`);
  try {
    await writeAndFlush(temporary, pieces, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeAndFlush(
  path: string,
  pieces: Iterable<Uint8Array>,
  mode: Target['mode'],
): Promise<void> {
  await using file = await open(path, 'wx');
  if (mode !== undefined) await file.chmod(mode);
  for (const piece of pieces) await file.writeFile(piece);
  await file.sync();
}
