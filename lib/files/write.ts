import { open, rename, rm } from 'node:fs/promises';

import { fileError } from './file-errors.js';
import { type KnownFolders, type Target, targetOf } from './target.js';
import { byFolder, removeTemporaries, temporaryFor } from './temporary.js';

/**
 * Writes a file atomically: at every moment, even after a crash, the path holds the old file (or none) or the complete
 * new one. The bytes go to a temporary file in the same folder, which is flushed to disk and renamed. A failure leaves
 * nothing behind. An existing file keeps its permissions; a symbolic link is followed, even to a file that does not
 * exist yet.
 * @param bytes all at once, or pieces that are written in order
 * @throws OneirosError `not-found` if the folder is missing or not writable; `bad-argument` if `path` is a folder, a
 *   pipe or a device; `runtime` if the operating system refuses (permissions, no space left)
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  await withFileErrors(path, async () => replace(await targetOf(path), pieces));
}

/**
 * Checks, before the work for them starts, that files can be written. Removes temporary files that killed writers left
 * behind.
 * @returns the files that would be created or replaced
 * @throws OneirosError as `writeFileAtomic`
 */
export async function prepareOutputs(paths: readonly string[]): Promise<readonly Target[]> {
  const folders: KnownFolders = new Map();
  const found = await Promise.all(paths.map((path) => withFileErrors(path, () => targetOf(path, folders))));
  const targets = found.map(({ path }) => path);
  await removeTemporaries(targets);
  // Permissions do not reveal a full or special file system: write one test file in each folder.
  for (const [first] of byFolder(targets).values())
    await withFileErrors(paths[targets.indexOf(first)] ?? first, async () => {
      const temporary = temporaryFor(first);
      await writeAndFlush(temporary, [], undefined);
      await rm(temporary);
    });
  return found;
}

/** Removes the temporary files that killed writers of a file left behind, if its folder exists. */
export async function removeLeftovers(path: string): Promise<void> {
  const target = await targetOf(path).catch(() => null);
  if (target !== null) await withFileErrors(path, () => removeTemporaries([target.path]));
}

async function withFileErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
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
