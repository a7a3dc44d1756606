import { basename } from 'node:path';

import { imageFormat, writeImage } from '../../image/codec/read-write.js';
import type { Image } from '../../image/image.js';

/** A file to write a picture to. */
export interface PictureFile {
  readonly path: string;
  /** Writes the whole file or nothing. A PNG also stores `text`: how the picture was made. */
  write(picture: Image, text: Readonly<Record<string, string>>): Promise<void>;
}

/** @throws OneirosError `bad-argument` if the name does not end in .png, .jpg or .jpeg */
export function pictureFile(path: string): PictureFile {
  const format = imageFormat(path);
  return {
    path,
    write: (picture, text) => writeImage(path, picture, format === 'png' ? { text } : {}),
  };
}

/** A file name with `%d`, or `%03d` for leading zeros, replaced by the number of a frame. */
export function frameName(pattern: string, frame: number): string {
  return pattern.replace(/%(?:0(\d+))?d/, (_, digits: string | undefined) =>
    String(frame).padStart(Number(digits ?? 1), '0'),
  );
}

/** The file names of all frames, numbered from 1. */
export function frameNames(pattern: string, frames: number): readonly string[] {
  return Array.from({ length: frames }, (_, i) => frameName(pattern, i + 1));
}

/**
 * Options that do not change the picture: where results go, and how and where they are computed. The recipe contains
 * all others.
 */
export const besideThePicture: ReadonlySet<string> = new Set([
  'out',
  'json',
  'coco',
  'images',
  'masks',
  'batch',
  'provider',
  'deviceId',
  'threads',
  'offline',
]);

/** Options that name a file: the recipe has the file's name without its folder. */
const files: ReadonlySet<string> = new Set(['model', 'weights', 'labels', 'guide', 'initImage']);

/**
 * How a picture was made, as texts for its file: the command and its options, without paths and times.
 * @param flags all flags of the command, so that new flags are included automatically
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
