import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A name beside a file for what is going to replace it. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `.${stemOf(path)}.${randomUUID()}.tmp`);
}

/**
 * Removes what writers of these files left behind that were killed.
 * @param paths which nobody else is writing now
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

/** Paths by the folder that they lie in. */
export function byFolder(paths: readonly string[]): ReadonlyMap<string, readonly [string, ...string[]]> {
  const folders = new Map<string, [string, ...string[]]>();
  for (const path of paths) {
    const others = folders.get(dirname(path));
    if (others === undefined) folders.set(dirname(path), [path]);
    else others.push(path);
  }
  return folders;
}

/** Bytes of a name that leave room for the rest, within the 255 of most file systems. */
const longest = 180;

/** A file's name; of a long one the beginning, with digits that tell it from others which begin so. */
function stemOf(path: string): string {
  const name = basename(path);
  if (Buffer.byteLength(name) <= longest) return name;
  return `${name.slice(0, 40)}~${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}
