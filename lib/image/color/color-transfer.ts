import { OneirosError } from '../../base/errors.js';
import { type Image, plane } from '../image.js';
import { mapColors, rgbToYCbCr, yCbCrToRgb } from './colorspace.js';

/**
 * The lightness of one picture with the colors of another: Y of `lightness`, Cb and Cr of `colors`. Values can leave
 * [0, 1]. The luminance-only transfer of Gatys et al., "Preserving Color in Neural Artistic Style Transfer" (2016),
 * §3.2.
 * @throws OneirosError `bad-argument` if the sizes differ
 */
export function transferChroma(lightness: Image, colors: Image): Image {
  if (lightness.width !== colors.width || lightness.height !== colors.height)
    throw new OneirosError(
      'bad-argument',
      `the lightness is ${lightness.width}×${lightness.height} but the colors are ${colors.width}×${colors.height}: resize one`,
    );
  const mixed = mapColors(colors, rgbToYCbCr);
  plane(mixed, 0).set(plane(mapColors(lightness, rgbToYCbCr), 0));
  return mapColors(mixed, yCbCrToRgb);
}
