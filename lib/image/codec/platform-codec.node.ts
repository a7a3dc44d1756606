import { OneirosError } from '../../base/errors.js';
import { plainJpeg } from './jpeg/file.js';
import type { Codec } from './platform-codec.js';

/** Reads JPEG with mozjpeg and jpeg-js and writes it with jimp. Each is loaded when first needed. */
export const codec: Codec = {
  async decodeJpeg(bytes, file) {
    const plain = plainJpeg(bytes, file);
    if (file.components.length === 4) {
      const { decodeInks } = await import('./jpeg/inks.node.js');
      return decodeInks(plain, file);
    }
    const { decodeByMozjpeg } = await import('./jpeg/mozjpeg.node.js');
    return decodeByMozjpeg(plain);
  },
  async encodeJpeg({ width, height, data }, quality) {
    const { Jimp } = await import('jimp');
    return new Jimp({ width, height, data: bufferOf(data) }).getBuffer('image/jpeg', { quality });
  },
  pixelsOf() {
    throw new OneirosError(
      'unsupported',
      'elements and canvases can be read only in browsers: in Node, pass a path, a URL, a Blob or the bytes of a file',
    );
  },
};

function bufferOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
