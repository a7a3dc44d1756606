import jpeg from 'jpeg-js';

import { OneirosError } from '../../../base/errors.js';
import type { Pixels } from '../../pixels.js';
import { unsupported } from '../common/header.js';
import type { JpegFile } from './file.js';
import { marker, segments } from './segments.js';

/** jpeg-js takes 70 bytes of memory per pixel of four components. */
const maxPixels = 2 ** 25;

/**
 * The pixels of a CMYK JPEG with an Adobe segment, within two levels of libjpeg's. Decoded by jpeg-js, because the
 * packaged mozjpeg outputs only RGB. Variants that jpeg-js decodes wrongly are rejected.
 * @throws OneirosError `too-large` if it has over 2²⁵ pixels; `unsupported` if its components are subsampled, a scan of
 *   one component has restart markers, or quantization tables change between scans. Corrupt data can cause any other
 *   error
 */
export function decodeInks(plain: Uint8Array, file: JpegFile): Pixels {
  const { width, height } = file;
  if (width * height > maxPixels)
    throw new OneirosError(
      'too-large',
      `the JPEG file has ${width}×${height} CMYK pixels, over the limit of ${maxPixels}: save it as RGB`,
    );
  checkVariant(plain, file);
  const options = {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: Infinity,
    maxMemoryUsageInMB: Infinity,
  } as const;
  const { data } = jpeg.decode(plain, options);
  return { width, height, data };
}

function checkVariant(plain: Uint8Array, { components, across, down, scans }: JpegFile): void {
  // jpeg-js repeats subsampled components instead of interpolating them: up to 67 levels off at edges.
  if (components.some((component) => component.across !== across || component.down !== down))
    throw unsupported('jpeg', 'subsampled CMYK');
  const codes = [...segments(plain)].map((segment) => segment.marker);
  // jpeg-js decodes whole restart intervals, even past the end of a scan that ends within one.
  if (codes.includes(marker.restartInterval) && scans.some((scan) => scan.components.length === 1))
    throw unsupported('jpeg', 'CMYK (one component per scan, with restart markers)');
  // jpeg-js uses the last table for all scans.
  if (codes.lastIndexOf(marker.quantization) > codes.indexOf(marker.startOfScan))
    throw unsupported('jpeg', 'CMYK (with changing quantization tables)');
}
