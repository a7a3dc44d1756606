import { codec } from '#codec';
import { imageFiles } from './files.js';

/** Picture files by what this platform has: jimp in Node, a canvas in browsers; see {@link ImageFiles}. */
export const { decodeImage, encodeImage } = imageFiles(codec);
