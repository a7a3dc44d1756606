import { OneirosError } from '../../base/errors.js';
import { type Planes, planes, type Size } from '../image.js';

/**
 * `above` composited over `below`: below + (above − below)·opacity.
 * @param opacity in [0, 1]: one number, or a plane with one value per pixel
 * @throws OneirosError `bad-argument` if the sizes differ
 */
export function blend<C extends number>(
  below: Planes<C>,
  above: Planes<C>,
  opacity: number | Planes<1>,
): Planes<C> {
  const uniform = typeof opacity === 'number';
  checkSameSize(below, above);
  if (!uniform) checkSameSize(below, opacity);
  const area = below.width * below.height;
  const result = planes(below.channels, below);
  for (let i = 0; i < result.data.length; i++) {
    const under = below.data[i]!;
    const alpha = uniform ? opacity : opacity.data[i % area]!;
    result.data[i] = under + (above.data[i]! - under) * alpha;
  }
  return result;
}

function checkSameSize(a: Size, b: Size): void {
  if (a.width !== b.width || a.height !== b.height)
    throw new OneirosError(
      'bad-argument',
      `images of ${a.width}×${a.height} and ${b.width}×${b.height} cannot be blended: resize one`,
    );
}
