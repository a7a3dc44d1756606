import { extname, join } from 'node:path';

import { OneirosError } from '../../base/errors.js';
import { OutputFlag } from '../flags/checked-files.js';
import { isJpeg, outputFolder } from './output-folder.js';

/** What `segment` draws; masks and probabilities are numbers, which a JPEG file does not keep. */
export type SegmentPicture = 'overlay' | 'labels' | 'probability';

/** A flag for a file or a folder that what is drawn goes to. */
export function segmentOutputFlag(about: string): OutputFlag {
  return new OutputFlag('-o, --out <file|folder>', about, 'folder', (out, { pictures, flags }) =>
    out === undefined ? [] : segmentOutputs(out, pictures, shown(flags['show'])),
  );
}

function shown(show: unknown): SegmentPicture {
  return show === 'labels' || show === 'probability' ? show : 'overlay';
}

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
  return pictures.map(outputFolder(out, pictures, { lossless }));
}
