import type { Codec } from './codec.js';

/** Pixels by jimp, loaded when first needed: it takes longer to import than all else of the library. */
export const jimpCodec: Codec = {
  async decode({ bytes, bits }) {
    const { Jimp } = await import('jimp');
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { bitmap } = await Jimp.fromBuffer(buffer, {
      // The pixels have been counted already, and a missing block is an error, not grey.
      'image/jpeg': { tolerantDecoding: false, maxResolutionInMP: Infinity, maxMemoryUsageInMB: Infinity },
      // Left as they are 16 bits stay 16; but so would fewer than 8.
      'image/png': { skipRescale: bits === 16 },
    });
    return bitmap;
  },
  async encode({ width, height, data }, format, quality) {
    const { Jimp } = await import('jimp');
    const picture = new Jimp({
      width,
      height,
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    });
    if (format === 'jpeg') return picture.getBuffer('image/jpeg', { quality });
    return picture.getBuffer('image/png', { colorType: 2 });
  },
};
