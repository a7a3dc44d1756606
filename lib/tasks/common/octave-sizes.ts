import { OneirosError } from '../../base/errors.js';
import { checkSize, type Size } from '../../image/image.js';

/**
 * The sizes of the octaves, the smallest first, the picture's size last: each is the next one divided by `scale`. The
 * shorter side of an octave is at least `minimum`.
 * @throws OneirosError `bad-argument` if the picture itself is smaller than `minimum`
 */
export function octaveSizes(picture: Size, octaves: number, scale: number, minimum = 1): readonly Size[] {
  checkSize(picture);
  const shorter = Math.min(picture.width, picture.height);
  if (shorter < minimum)
    throw new OneirosError(
      'bad-argument',
      `a picture of ${picture.width}×${picture.height} is too small: this network and layer need at least ${minimum} pixels per side; enlarge it`,
    );
  return Array.from({ length: octaves }, (_, i) => {
    const factor = Math.max(scale ** (i - octaves + 1), minimum / shorter);
    return { width: Math.round(picture.width * factor), height: Math.round(picture.height * factor) };
  });
}
