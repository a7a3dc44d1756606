import { extname, join } from 'node:path';

import { OneirosError } from '../../base/errors.js';
import { OutputFlag } from '../flags/checked-files.js';
import { isJpeg, outputFolder } from './output-folder.js';

/** What `segment` draws. Labels and probabilities need PNG, because JPEG changes values. */
export type SegmentPicture = 'overlay' | 'labels' | 'probability';

/** A flag for the file or the folder of the drawn pictures. */
export function segmentOutputFlag(about: string): OutputFlag {
  return new OutputFlag('-o, --out <file|folder>', about, 'folder', (out, { pictures, flags }) =>
    out === undefined ? [] : segmentOutputs(out, pictures, shown(flags['show'])),
  );
}

function shown(show: unknown): SegmentPicture {
  return show === 'labels' || show === 'probability' ? show : 'overlay';
}

/**
 * The output path of each picture: the file itself for one picture, otherwise a file of the picture's name in a folder.
 * @param out a file that ends in .png or .jpg, or a folder
 * @throws OneirosError `bad-argument` for one file and several pictures, for labels or probabilities in a JPEG file, or
 *   if two pictures would be written to the same file
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
        `several pictures cannot be written to one file, ${out}: give a folder, such as ${join('out', '')}`,
      );
    if (lossless && isJpeg(out))
      throw new OneirosError(
        'bad-argument',
        `cannot write ${show} to ${out}: JPEG changes values; give a name that ends in .png`,
      );
    return [out];
  }
  if (['.gif', '.bmp', '.tif', '.tiff', '.webp'].includes(ending))
    throw new OneirosError(
      'bad-argument',
      `cannot write ${out}: its name must end in .png or .jpg, or be that of a folder`,
    );
  return pictures.map(outputFolder(out, pictures, { lossless }));
}
