import { OneirosError } from '../errors.js';
import { bmpSamples } from './bmp.js';
import { checkPixels } from './bytes.js';
import { decodeDefaults, type DecodeOptions } from './file-options.js';
import { imageHeader, soundly } from './files.js';
import { gifSamples } from './gif.js';
import type { Samples } from './pixels.js';
import { pngSamples } from './png-pixels.js';
import { tiffSamples } from './tiff-samples.js';

/**
 * What a PNG, GIF (first frame), BMP or TIFF (first page) file stores of each pixel: for pictures whose numbers mean
 * something, such as masks. By the same code in Node and in browsers.
 * @throws OneirosError as `decodeImage`; `unsupported` for JPEG, which stores no pixels
 */
export async function decodeSamples(
  bytes: Uint8Array,
  options: Partial<Pick<DecodeOptions, 'maxPixels'>> = {},
): Promise<Samples> {
  const header = imageHeader(bytes);
  checkPixels(header, options.maxPixels ?? decodeDefaults.maxPixels);
  return soundly(header.format, () => {
    switch (header.format) {
      case 'png':
        return pngSamples(bytes);
      case 'gif':
        return gifSamples(bytes);
      case 'bmp':
        return bmpSamples(bytes);
      case 'tiff':
        return tiffSamples(bytes);
      case 'jpeg':
        throw new OneirosError(
          'unsupported',
          'it is a JPEG file, which does not keep the value of each pixel',
        );
    }
  });
}
