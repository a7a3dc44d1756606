import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { messageOf, OneirosError, originalOf } from '../../base/errors.js';
import type { Terminal } from '../terminal/terminal.js';

export const pictureEndings = ['.jpg', '.jpeg', '.png', '.gif', '.bmp', '.tif', '.tiff'];

/**
 * The pictures that paths name: files as they are, of a folder all its pictures by name.
 * @throws OneirosError `not-found` for a folder without pictures
 */
export async function picturesIn(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    // What is not there is reported when its turn comes.
    const folder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!folder) {
      found.push(path);
      continue;
    }
    const names = (await readdir(path)).filter((name) =>
      pictureEndings.includes(extname(name).toLowerCase()),
    );
    if (names.length === 0)
      throw new OneirosError('not-found', `the folder ${JSON.stringify(path)} has no pictures`);
    found.push(...names.sort().map((name) => join(path, name)));
  }
  return found;
}

/**
 * Does the work for each picture, with a bar. One that fails is told and passed over, and the exit code will be 1; but where
 * it is the only one, or the network itself failed, that ends the command. Where the command is stopped, the pictures so
 * far count, and a line says how many they are.
 * @throws the reason for stopping before the first picture
 */
export async function eachPicture(
  paths: readonly string[],
  label: string,
  terminal: Terminal,
  work: (path: string) => Promise<void>,
): Promise<void> {
  const progress = terminal.progress(paths.length, label);
  try {
    for (const [i, path] of paths.entries()) {
      try {
        terminal.signal.throwIfAborted();
        await work(path);
      } catch (thrown) {
        const error = originalOf(thrown);
        if (terminal.signal.aborted && i > 0) {
          terminal.say(`stopped after ${i} of ${paths.length} pictures`);
          return;
        }
        if (paths.length === 1 || !(error instanceof OneirosError) || error.code === 'runtime') throw error;
        terminal.fail(messageOf(error));
      }
      progress.update(i + 1);
    }
  } finally {
    progress.stop();
  }
}
