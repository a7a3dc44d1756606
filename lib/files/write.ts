import { open, rename, rm } from 'node:fs/promises';

import { fileError } from './failure.js';
import { type KnownFolders, type Target, targetOf } from './target.js';
import { byFolder, removeTemporaries, temporaryFor } from './temporary.js';

/**
 * Writes a file so that at every moment, also after a crash, there is the old one (or none) or the whole new one: under a
 * temporary name in the same folder, flushed to the disk, then renamed. A failure leaves nothing behind. An existing
 * file keeps its permissions; a symbolic link is followed, also to where there is no file yet.
 * @param bytes whole or in pieces, which are written one after the other
 * @throws OneirosError `not-found` if the folder is not there; `bad-argument` if `path` is a folder, a pipe or a device;
 *   `runtime` if the operating system refuses (permissions, no space left)
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  await naming(path, async () => replace(await targetOf(path), pieces));
}

/**
 * Checks that files can be written, before any work is done for them, and removes what writers of them left behind that
 * were killed.
 * @returns the files that would be made or replaced
 * @throws OneirosError as `writeFileAtomic` does
 */
export async function prepareOutputs(paths: readonly string[]): Promise<readonly Target[]> {
  const folders: KnownFolders = new Map();
  const found = await Promise.all(paths.map((path) => naming(path, () => targetOf(path, folders))));
  const targets = found.map(({ path }) => path);
  await removeTemporaries(targets);
  // Permissions do not tell of full or odd file systems: a file tells, one in each folder.
  for (const [first] of byFolder(targets).values())
    await naming(paths[targets.indexOf(first)] ?? first, async () => {
      const temporary = temporaryFor(first);
      await writeAndFlush(temporary, [], undefined);
      await rm(temporary);
    });
  return found;
}

/** Removes what a writer of a file left behind that was killed, if there is such a file's folder. */
export async function removeLeftovers(path: string): Promise<void> {
  const target = await targetOf(path).catch(() => null);
  if (target !== null) await naming(path, () => removeTemporaries([target.path]));
}

async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError('write', path, error);
  }
}

async function replace({ path, mode }: Target, pieces: Iterable<Uint8Array>): Promise<void> {
  const temporary = temporaryFor(path);
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
