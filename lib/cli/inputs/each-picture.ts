import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { messageOf, OneirosError, originalOf } from '../../base/errors.js';
import { readImage } from '../../image/codec/read-write.js';
import type { Computed, Outcome, Picture } from '../../tasks/common/pictures.js';
import type { Terminal } from '../terminal/terminal.js';

export const pictureEndings = ['.jpg', '.jpeg', '.png', '.gif', '.bmp', '.tif', '.tiff'];

/**
 * The pictures that paths name: files as they are, and all pictures of folders, sorted by name.
 * @throws OneirosError `not-found` for a folder without pictures
 */
export async function picturesIn(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    // A missing file is reported when it is read.
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

/** Pictures that are read only when they are needed. */
export function readLater(paths: readonly string[]): readonly Picture<string>[] {
  return paths.map((path) => ({ key: path, image: () => readImage(path) }));
}

/**
 * Does `work` for each picture, with a progress bar. A picture that fails is reported and skipped, and the exit code
 * becomes 1; if it is the only picture, or the network failed, the command ends. If the command is stopped, the results
 * so far are kept, and a line gives their number.
 * @throws the abort's reason if it is stopped before the first picture is done
 */
export async function eachPicture<R extends object>(
  { length }: readonly string[],
  label: string,
  terminal: Terminal,
  outcomes: AsyncIterable<Outcome<string, R>>,
  work: (outcome: Computed<string, R>) => Promise<void>,
): Promise<void> {
  const progress = terminal.progress(length, label);
  let done = 0;
  try {
    for await (const outcome of outcomes) {
      try {
        terminal.signal.throwIfAborted();
        if (outcome.error !== undefined) throw outcome.error;
        await work(outcome);
      } catch (thrown) {
        const error = originalOf(thrown);
        const endsAll = length === 1 || !(error instanceof OneirosError) || error.code === 'runtime';
        if (terminal.signal.aborted || endsAll) throw error;
        terminal.fail(messageOf(error));
      }
      progress.update(++done);
    }
  } catch (error) {
    if (!terminal.signal.aborted || done === 0) throw error;
    terminal.say(`stopped after ${done} of ${length} pictures`);
  } finally {
    progress.stop();
  }
}
