import { OneirosError } from '../errors.js';
import type { Codec } from './codec.js';

/** Pixels by jimp, loaded when first needed: it takes longer to import than all else of the library. */
export const codec: Codec = {
  async decodeJpeg(bytes) {
    const { Jimp } = await import('jimp');
    // The pixels have been counted already, and a missing block is an error, not grey.
    const jpeg = { tolerantDecoding: false, maxResolutionInMP: Infinity, maxMemoryUsageInMB: Infinity };
    const { bitmap } = await Jimp.fromBuffer(bufferOf(bytes), { 'image/jpeg': jpeg });
    return bitmap;
  },
  async decodeTiff(bytes) {
    const { Jimp } = await import('jimp');
    const { bitmap } = await Jimp.fromBuffer(bufferOf(bytes));
    return bitmap;
  },
  async encodeJpeg({ width, height, data }, quality) {
    const { Jimp } = await import('jimp');
    return new Jimp({ width, height, data: bufferOf(data) }).getBuffer('image/jpeg', { quality });
  },
  pixelsOf() {
    throw new OneirosError(
      'unsupported',
      'elements and canvases are read in browsers; in Node give a path, a URL, a Blob or the bytes of a file',
    );
  },
};

function bufferOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
