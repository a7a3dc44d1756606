import { OneirosError } from '../../base/errors.js';
import type { Samples } from '../pixels.js';
import { bmpSamples } from './bmp/bmp.js';
import { checkPixels } from './common/header.js';
import { turn, type TurnedSamples } from './common/orientation.js';
import { imageHeader, withDecoderErrors } from './formats.js';
import { gifSamples } from './gif/gif.js';
import { decodeDefaults, type DecodeOptions } from './options.js';
import { pngSamples } from './png/pixels.js';
import { tiffSamples } from './tiff/decode.js';

/**
 * The stored values of a PNG, GIF (first frame), BMP or TIFF (first page) file, upright: for pictures whose values have
 * a meaning, such as masks. The same code in Node and in browsers.
 * @throws OneirosError as `decodeImage`; `unsupported` for JPEG, which does not keep exact values
 */
export async function decodeSamples(
  bytes: Uint8Array,
  options: Partial<Pick<DecodeOptions, 'maxPixels'>> = {},
): Promise<Samples> {
  const header = imageHeader(bytes);
  checkPixels(header, options.maxPixels ?? decodeDefaults.maxPixels);
  return withDecoderErrors(header.format, async () => {
    switch (header.format) {
      case 'png':
        return uprightSamples(await pngSamples(bytes));
      case 'gif':
        return gifSamples(bytes);
      case 'bmp':
        return bmpSamples(bytes);
      case 'tiff':
        return uprightSamples(await tiffSamples(bytes));
      case 'jpeg':
        throw new OneirosError(
          'unsupported',
          'it is a JPEG file, which does not keep exact pixel values: save it as PNG',
        );
    }
  });
}

function uprightSamples({ orientation, ...samples }: TurnedSamples): Samples {
  if (orientation === 1) return samples;
  const { channels, data } = samples;
  const turned = data.slice();
  const size = turn(samples, orientation, (from, to) => {
    for (let c = 0; c < channels; c++) turned[channels * to + c] = data[channels * from + c]!;
  });
  return { ...samples, ...size, data: turned };
}
