import { OneirosError } from '../errors.js';
import type { Codec } from './codec.js';

/** JPEG by our decoder and jimp's encoder, loaded when first needed: jimp takes longer to import than all else here. */
export const codec: Codec = {
  async decodeJpeg(_, file) {
    const { decodeJpeg } = await import('./jpeg/decode.js');
    return decodeJpeg(file);
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
