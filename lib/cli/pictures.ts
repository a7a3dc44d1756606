import { imageFormat, writeImage } from '../files/image.js';
import type { Image } from '../image/image.js';
import type { OptionTable } from '../options.js';

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

/** How a picture was made, as texts to be kept in its file: the command and its options, no paths and no times. */
export function recipe(command: string, table: OptionTable, flags: object): Readonly<Record<string, string>> {
  const chosen = Object.entries(flags).filter(
    ([name]) => name in table || name === 'layer' || name === 'model',
  );
  return { Software: 'oneiros', Comment: `oneiros ${command} ${JSON.stringify(Object.fromEntries(chosen))}` };
}
