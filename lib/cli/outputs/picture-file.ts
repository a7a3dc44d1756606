import { basename } from 'node:path';

import { imageFormat, writeImage } from '../../image/codec/read-write.js';
import type { Image } from '../../image/image.js';

/** A file that a picture is going to be written to. */
export interface PictureFile {
  readonly path: string;
  /** Writes the whole file or nothing; `text` is kept in a PNG: how the picture was made. */
  write(picture: Image, text: Readonly<Record<string, string>>): Promise<void>;
}

/** @throws OneirosError `bad-argument` for an ending other than .png, .jpg and .jpeg */
export function pictureFile(path: string): PictureFile {
  const format = imageFormat(path);
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

/** The names of so many frames. */
export function frameNames(pattern: string, frames: number): readonly string[] {
  return Array.from({ length: frames }, (_, i) => frameName(pattern, i + 1));
}

/** Options that change no pixel: where results go, and how and where they are computed. All others are in the recipe. */
export const besideThePicture: ReadonlySet<string> = new Set([
  'out',
  'json',
  'coco',
  'images',
  'masks',
  'batch',
  'provider',
  'threads',
  'offline',
]);

/** Options that name a file: the recipe has its name, without the folder. */
const files: ReadonlySet<string> = new Set(['model', 'weights', 'labels', 'guide', 'initImage']);

/**
 * How a picture was made, as texts to be kept in its file: the command and its options, no paths and no times.
 * @param flags all of the command's, so that a new one is in the recipe without further ado
 */
export function recipe(command: string, flags: object): Readonly<Record<string, string>> {
  const chosen = Object.entries(flags)
    .filter(([name]) => !besideThePicture.has(name))
    .map(([name, value]: [string, unknown]) => [
      name,
      files.has(name) && typeof value === 'string' ? basename(value) : value,
    ]);
  return { Software: 'oneiros', Comment: `oneiros ${command} ${JSON.stringify(Object.fromEntries(chosen))}` };
}
