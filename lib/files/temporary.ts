import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A temporary path in the same folder, for a file that is going to replace `path`. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `.${stemOf(path)}.${randomUUID()}.tmp`);
}

/**
 * Removes the temporary files that killed writers of these files left behind.
 * @param paths files that no other process is writing now
 */
export async function removeTemporaries(paths: readonly string[]): Promise<void> {
  for (const [folder, files] of byFolder(paths)) {
    const stems = new Set(files.map(stemOf));
    for (const name of await readdir(folder)) {
      const [, stem] = /^\.(.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/s.exec(name) ?? [];
      if (stem !== undefined && stems.has(stem)) await rm(join(folder, name), { force: true });
    }
  }
}

/** Paths grouped by folder. */
export function byFolder(paths: readonly string[]): ReadonlyMap<string, readonly [string, ...string[]]> {
  const folders = new Map<string, [string, ...string[]]>();
  for (const path of paths) {
    const others = folders.get(dirname(path));
    if (others === undefined) folders.set(dirname(path), [path]);
    else others.push(path);
  }
  return folders;
}

/** In bytes. The rest of a temporary name must fit as well, into the 255 of most file systems. */
const maxStem = 180;

/** A file's name; a long one is shortened to its beginning and a hash. */
function stemOf(path: string): string {
  const name = basename(path);
  if (Buffer.byteLength(name) <= maxStem) return name;
  return `${name.slice(0, 40)}~${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}
