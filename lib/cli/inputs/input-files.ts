import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { messageOf, OneirosError } from '../../base/errors.js';
import { fileError } from '../../files/file-errors.js';
import { fileSource, readFileBytes } from '../../files/read.js';

/** The bytes of a file of any length, one mebibyte at a time. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void> {
  await using source = await fileSource(path);
  for (let offset = 0; offset < source.size; offset += 2 ** 20)
    yield await source.read(offset, Math.min(2 ** 20, source.size - offset));
}

/** Whether a path is a folder. @throws OneirosError `not-found` if it does not exist */
export async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  return stats.isDirectory();
}

/** A file of a folder; `name` is without the ending. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/**
 * The files of a folder that have one of the endings, sorted by name.
 * @throws OneirosError `not-found` if the folder does not exist or has no such files
 */
export async function filesIn(folder: string, endings: readonly string[]): Promise<NamedFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError('read', folder, error);
  });
  const files = names
    .filter((name) => endings.includes(extname(name).toLowerCase()))
    .sort()
    .map((name) => ({ name: name.slice(0, -extname(name).length), path: join(folder, name) }));
  if (files.length > 0) return files;
  throw new OneirosError(
    'not-found',
    `the folder ${JSON.stringify(folder)} has no ${endings.join(' or ')} files`,
  );
}

/** The text of a small file. */
export async function fileText(path: string): Promise<string> {
  const bytes = await readFileBytes(path, { limit: 2 ** 26 });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new OneirosError('bad-input', `${JSON.stringify(path)} is not UTF-8 text: save it as UTF-8`, {
      cause: error,
    });
  }
}

/** Does something with a file. If that fails, the error names the file. */
export async function about<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OneirosError && error.message.includes(JSON.stringify(path))) throw error;
    const code = error instanceof OneirosError ? error.code : 'bad-input';
    throw new OneirosError(code, `${JSON.stringify(path)}: ${messageOf(error)}`, { cause: error });
  }
}
