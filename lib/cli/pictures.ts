import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OneirosError } from '../errors.js';
import { imageFormat, writeImage } from '../files/image.js';
import type { Image } from '../image/image.js';
import type { OptionTable } from '../options.js';

/** A file that a picture is going to be written to. */
export interface PictureFile {
  readonly path: string;
  /** Writes the whole file or nothing; `text` is kept in a PNG: how the picture was made. */
  write(picture: Image, text: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * Checks that a picture can be written there, before any work is done for it.
 * @throws OneirosError `bad-argument` for an ending other than .png, .jpg and .jpeg; `not-found` for a missing folder
 */
export async function pictureFile(path: string): Promise<PictureFile> {
  const format = imageFormat(path);
  const folder = dirname(path);
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new OneirosError('not-found', `cannot write ${path}: no writable folder ${folder}`, { cause });
  });
  return {
    path,
    write: (picture, text) => writeImage(path, picture, format === 'png' ? { text } : {}),
  };
}

/** A name with its `%d`, or `%03d` for leading zeros, made the number of a frame. */
export function frameName(pattern: string, frame: number): string {
  return pattern.replace(/%(?:0(\d+))?d/, (_, digits: string | undefined) =>
    String(frame).padStart(Number(digits ?? 1), '0'),
  );
}

/** How a picture was made, as texts to be kept in its file: the command and its options, no paths and no times. */
export function recipe(command: string, table: OptionTable, flags: object): Readonly<Record<string, string>> {
  const chosen = Object.entries(flags).filter(
    ([name]) => Object.hasOwn(table, name) || name === 'layer' || name === 'model',
  );
  return { Software: 'oneiros', Comment: `oneiros ${command} ${JSON.stringify(Object.fromEntries(chosen))}` };
}
