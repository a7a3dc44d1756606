import { OneirosError } from '../../base/errors.js';
import { filesIn, type NamedFile } from './input-files.js';

/** The paths of a true mask and of the predicted mask of the same name. */
export interface MaskPair {
  readonly truth: string;
  readonly predicted: string;
}

const endings = ['.png', '.bmp', '.gif', '.tif', '.tiff', '.jpg', '.jpeg'];

/**
 * The true masks of a folder, each with the prediction of the same name in another folder.
 * @returns also the number of predictions without a true mask
 * @throws OneirosError `not-found` for a missing folder, or a true mask without a prediction; `bad-input` for two masks
 *   of the same name
 */
export async function pairedMasks(
  gt: string,
  dt: string,
): Promise<{ readonly pairs: readonly MaskPair[]; readonly unpaired: number }> {
  const truths = byName(await filesIn(gt, endings));
  const predictions = byName(await filesIn(dt, endings));
  const pairs = Array.from(truths, ([name, truth]): MaskPair => {
    const predicted = predictions.get(name);
    if (predicted !== undefined) return { truth, predicted };
    throw new OneirosError('not-found', `there is no prediction for ${JSON.stringify(truth)} in ${dt}`);
  });
  return { pairs, unpaired: predictions.size - pairs.length };
}

function byName(files: readonly NamedFile[]): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const { name, path } of files) {
    const other = paths.get(name);
    if (other !== undefined)
      throw new OneirosError('bad-input', `${other} and ${path} have the same name: keep one of them`);
    paths.set(name, path);
  }
  return paths;
}
