import type { BigIntStats } from 'node:fs';
import { access, constants, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { OneirosError } from '../base/errors.js';
import { codeOf, requireFile } from './file-errors.js';

/** The file that writing to a path creates or replaces. */
export interface Target {
  /** Absolute, with symbolic links resolved. */
  readonly path: string;
  /** The permissions of an existing file, to keep; else `undefined`. */
  readonly mode: number | undefined;
  /** As `identityOf` returns it. */
  readonly identity: string | null;
}

/** A key that is the same for all paths of a file, links included; `null` if there is no file. */
export async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? null : identityIn(found);
}

function identityIn({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** A cache of checked folders by name: many files share few folders. */
export type KnownFolders = Map<string, Promise<string>>;

/**
 * The file that writing to a path would create or replace. Symbolic links are followed, even to a file that does not
 * exist yet.
 * @throws OneirosError `not-found` if its folder is missing or not writable; `bad-argument` for a folder, a pipe or a
 *   device; errors of the operating system unchanged
 */
export async function targetOf(path: string, folders: KnownFolders = new Map()): Promise<Target> {
  const target = await follow(path, folders);
  const existing = await stat(target, { bigint: true }).catch(nullFor('ENOENT'));
  if (existing === null) return { path: target, mode: undefined, identity: null };
  // Renaming over a device (/dev/null!) would replace it.
  requireFile(existing, 'write', path);
  await access(target, constants.W_OK);
  return { path: target, mode: Number(existing.mode & 0o777n), identity: identityIn(existing) };
}

/** The limit of Linux. */
const maxLinks = 40;

/** `realpath` would fail for a link to a file that does not exist. */
async function follow(path: string, folders: KnownFolders): Promise<string> {
  let at = path;
  for (let links = 0; links <= maxLinks; links++) {
    const folder = await cached(folders, dirname(at), (name) => writableFolder(path, name));
    at = join(folder, basename(at));
    const link = await readlink(at).catch(nullFor('ENOENT', 'EINVAL', 'UNKNOWN'));
    if (link === null) return at;
    at = resolve(folder, link);
  }
  throw new OneirosError(
    'bad-argument',
    `cannot write ${JSON.stringify(path)}: its symbolic links form a cycle`,
  );
}

function cached(
  folders: KnownFolders,
  name: string,
  find: (name: string) => Promise<string>,
): Promise<string> {
  const found = folders.get(name) ?? find(name);
  folders.set(name, found);
  return found;
}

async function writableFolder(path: string, folder: string): Promise<string> {
  try {
    const found = await realpath(folder);
    await access(found, constants.W_OK);
    return found;
  } catch (cause) {
    const what = `there is no writable folder ${JSON.stringify(folder)}`;
    throw new OneirosError('not-found', `cannot write ${JSON.stringify(path)}: ${what}`, { cause });
  }
}

/** A handler that returns `null` for errors with these codes. */
function nullFor(...codes: readonly string[]): (error: unknown) => null {
  return (error) => {
    if (codes.some((code) => code === codeOf(error))) return null;
    throw error;
  };
}
