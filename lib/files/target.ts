import type { BigIntStats } from 'node:fs';
import { access, constants, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { OneirosError } from '../base/errors.js';
import { codeOf, requireFile } from './failure.js';

/** The file that writing to a path makes or replaces. */
export interface Target {
  /** Absolute, and of no link. */
  readonly path: string;
  /** The permissions to keep, where there is a file already. */
  readonly mode: number | undefined;
  /** As `identityOf` gives it. */
  readonly identity: string | null;
}

/** The same for all names of a file, links included; `null` where there is none. */
export async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? null : identityIn(found);
}

function identityIn({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Folders that were found writable, by their names: there are few of them, and many files in each. */
export type KnownFolders = Map<string, Promise<string>>;

/**
 * Where writing to a path goes: symbolic links are followed, also to where there is no file yet.
 * @throws OneirosError `not-found` where its folder is missing; `bad-argument` for a folder, a pipe or a device; errors of
 *   the operating system as they are
 */
export async function targetOf(path: string, folders: KnownFolders = new Map()): Promise<Target> {
  const target = await follow(path, folders);
  const existing = await stat(target, { bigint: true }).catch(noneIf('ENOENT'));
  if (existing === null) return { path: target, mode: undefined, identity: null };
  // Renaming over a device (/dev/null!) would replace it.
  requireFile(existing, 'write', path);
  await access(target, constants.W_OK);
  return { path: target, mode: Number(existing.mode & 0o777n), identity: identityIn(existing) };
}

/** As many as Linux follows. */
const maxLinks = 40;

/** Not by `realpath`, which fails where a link leads to no file. */
async function follow(path: string, folders: KnownFolders): Promise<string> {
  let at = path;
  for (let links = 0; links <= maxLinks; links++) {
    const folder = await known(folders, dirname(at), (name) => writableFolder(path, name));
    at = join(folder, basename(at));
    const link = await readlink(at).catch(noneIf('ENOENT', 'EINVAL', 'UNKNOWN'));
    if (link === null) return at;
    at = resolve(folder, link);
  }
  throw new OneirosError(
    'bad-argument',
    `cannot write ${JSON.stringify(path)}: its symbolic links lead in a circle`,
  );
}

function known(
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

/** Makes nothing of errors that say that there is nothing. */
function noneIf(...codes: readonly string[]): (error: unknown) => null {
  return (error) => {
    if (codes.some((code) => code === codeOf(error))) return null;
    throw error;
  };
}
