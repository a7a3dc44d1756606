import { jimpCodec } from './codec.node.js';
import { imageFiles } from './files.js';

/** Picture files in Node; see {@link ImageFiles}. A browser entry makes the same two from a canvas codec. */
export const { decodeImage, encodeImage } = imageFiles(jimpCodec);
