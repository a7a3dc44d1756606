import { basename, extname, join } from 'node:path';
import { OneirosError } from '../errors.js';

/** What `segment` draws; masks and probabilities are numbers, which a JPEG file does not keep. */
export type SegmentPicture = 'overlay' | 'labels' | 'probability';

/**
 * Where what is drawn of each picture goes: of one picture to the file, otherwise to a folder, under the picture's name.
 * @param out a file that ends in .png or .jpg, or a folder
 * @throws OneirosError `bad-argument` for a file of several pictures, for numbers in a JPEG file, or where two pictures
 *   would be written to one file
 */
export function segmentOutputs(
  out: string,
  pictures: readonly string[],
  show: SegmentPicture,
): readonly string[] {
  const lossless = show !== 'overlay';
  const ending = extname(out).toLowerCase();
  if (ending === '.png' || isJpeg(out)) {
    if (pictures.length > 1)
      throw new OneirosError(
        'bad-argument',
        `several pictures need a folder to be written to, such as ${join('out', '')}, not the file ${out}`,
      );
    if (lossless && isJpeg(out))
      throw new OneirosError(
        'bad-argument',
        `cannot write ${show} to ${out}: JPEG does not keep values; take a name that ends in .png`,
      );
    return [out];
  }
  if (['.gif', '.bmp', '.tif', '.tiff', '.webp'].includes(ending))
    throw new OneirosError(
      'bad-argument',
      `cannot write ${out}: its name must end in .png or .jpg, or be a folder's`,
    );
  return inFolder(out, pictures, lossless);
}

function inFolder(folder: string, pictures: readonly string[], lossless: boolean): readonly string[] {
  const origins = new Map<string, string>();
  for (const picture of pictures) {
    const name = basename(picture, extname(picture));
    const target = join(folder, `${name}${!lossless && isJpeg(picture) ? extname(picture) : '.png'}`);
    const other = origins.get(target);
    if (other !== undefined)
      throw new OneirosError('bad-argument', `${other} and ${picture} would both be written to ${target}`);
    origins.set(target, picture);
  }
  return [...origins.keys()];
}

function isJpeg(path: string): boolean {
  return /\.jpe?g$/i.test(path);
}
