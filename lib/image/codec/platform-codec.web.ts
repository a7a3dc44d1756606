import { OneirosError } from '../../base/errors.js';
import type { Pixels } from '../pixels.js';
import { corrupt } from './common/header.js';
import { plainJpeg } from './jpeg/file.js';
import type { Codec, Drawable } from './platform-codec.js';

/** JPEG with the browser's decoder and encoder, through a canvas. */
export const codec: Codec = {
  async decodeJpeg(bytes, file) {
    const bitmap = await bitmapOf(plainJpeg(bytes, file));
    try {
      return draw(bitmap, bitmap);
    } finally {
      bitmap.close();
    }
  },
  async encodeJpeg({ width, height, data }, quality) {
    const { canvas, context } = canvasOf(width, height);
    context.putImageData(new ImageData(data, width, height), 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: quality / 100 });
    return new Uint8Array(await blob.arrayBuffer());
  },
  pixelsOf(drawable) {
    if (drawable instanceof ImageData) return drawable;
    const size = isImage(drawable)
      ? { width: drawable.naturalWidth, height: drawable.naturalHeight }
      : isVideo(drawable)
        ? { width: drawable.videoWidth, height: drawable.videoHeight }
        : drawable;
    if (!(size.width >= 1 && size.height >= 1))
      throw new OneirosError('bad-argument', 'the picture has no size yet: wait until it is loaded');
    if (isCanvasSource(drawable)) return draw(drawable, size);
    throw new OneirosError(
      'unsupported',
      'this is not a picture: expected an address, a File, a Blob, bytes, <img>, <canvas>, <video>, ImageBitmap or ImageData',
    );
  },
};

/** The pixels of the file without color management. */
async function bitmapOf(plain: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([plain], { type: 'image/jpeg' }), {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    throw corrupt('jpeg', 'the browser cannot decode it, or it is too large for this browser', cause);
  }
}

/** Every browser's canvas can hold this many. */
const maxCanvasPixels = 2 ** 24;

/** The pixels of a drawable, through canvases that hold as many rows as possible. */
function draw(source: CanvasImageSource, { width, height }: Drawable): Pixels {
  const maxRows = Math.max(1, Math.floor(maxCanvasPixels / width));
  if (height <= maxRows) return rowsOf(source, width, 0, height);
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y += maxRows)
    data.set(rowsOf(source, width, y, Math.min(maxRows, height - y)).data, 4 * y * width);
  return { width, height, data };
}

function rowsOf(source: CanvasImageSource, width: number, from: number, count: number): ImageData {
  const { context } = canvasOf(width, count);
  context.drawImage(source, 0, from, width, count, 0, 0, width, count);
  try {
    return context.getImageData(0, 0, width, count);
  } catch (cause) {
    throw new OneirosError(
      'bad-argument',
      'the browser does not allow reading this picture from another site: load it with crossorigin="anonymous"',
      { cause },
    );
  }
}

function canvasOf(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  // The pixels are read back, which is slow for a canvas on the GPU.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new OneirosError(
      'too-large',
      `the browser cannot create a canvas of ${width}×${height} pixels: use a smaller picture`,
    );
  return { canvas, context };
}

// In workers, the classes of elements do not exist.
function isImage(drawable: object): drawable is HTMLImageElement {
  return typeof HTMLImageElement !== 'undefined' && drawable instanceof HTMLImageElement;
}

function isVideo(drawable: object): drawable is HTMLVideoElement {
  return typeof HTMLVideoElement !== 'undefined' && drawable instanceof HTMLVideoElement;
}

function isCanvasSource(drawable: object): drawable is CanvasImageSource {
  if (drawable instanceof ImageBitmap || drawable instanceof OffscreenCanvas) return true;
  if (typeof HTMLCanvasElement !== 'undefined' && drawable instanceof HTMLCanvasElement) return true;
  return isImage(drawable) || isVideo(drawable);
}
