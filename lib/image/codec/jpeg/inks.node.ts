import jpeg from 'jpeg-js';

import { OneirosError } from '../../../base/errors.js';
import type { Pixels } from '../../pixels.js';
import { unsupported } from '../common/header.js';
import type { JpegFile } from './file.js';
import { marker, segments } from './segments.js';

/** It takes 70 bytes of memory for a pixel of four components. */
const mostPixels = 2 ** 25;

/**
 * The pixels of a JPEG of four inks, whose colors Adobe's segment states, within two levels of libjpeg's: jpeg-js, because
 * mozjpeg as it is packed gives out RGB only. What jpeg-js reads wrongly is refused.
 * @throws OneirosError `too-large` if it has over 2²⁵ pixels; `unsupported` if its inks are subsampled, it has restart
 *   markers in scans of one ink, or tables that change between scans; any other error if its data is corrupt
 */
export function decodeInks(plain: Uint8Array, file: JpegFile): Pixels {
  const { width, height } = file;
  if (width * height > mostPixels)
    throw new OneirosError(
      'too-large',
      `the JPEG file has ${width}×${height} CMYK pixels, over the limit of ${mostPixels}: save it as RGB`,
    );
  checkKind(plain, file);
  const options = {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: Infinity,
    maxMemoryUsageInMB: Infinity,
  } as const;
  const { data } = jpeg.decode(plain, options);
  return { width, height, data };
}

function checkKind(plain: Uint8Array, { components, across, down, scans }: JpegFile): void {
  // It repeats subsampled inks instead of interpolating them: up to 67 levels off at edges.
  if (components.some((component) => component.across !== across || component.down !== down))
    throw unsupported('jpeg', 'subsampled CMYK');
  const codes = [...segments(plain)].map((segment) => segment.marker);
  // It decodes whole intervals, beyond the end of a scan that has a part of one.
  if (codes.includes(marker.restartInterval) && scans.some((scan) => scan.components.length === 1))
    throw unsupported('jpeg', 'CMYK, scanned ink by ink with restart markers,');
  // It takes the last table for all scans.
  if (codes.lastIndexOf(marker.quantization) > codes.indexOf(marker.startOfScan))
    throw unsupported('jpeg', 'CMYK, with tables that change,');
}
