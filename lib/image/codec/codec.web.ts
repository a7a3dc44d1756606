import { OneirosError } from '../../base/errors.js';
import type { Pixels } from '../pixels.js';
import type { Codec, Drawable } from './codec.js';
import { corrupt } from './common/header.js';
import { plainJpeg } from './jpeg/file.js';

/** JPEG by the browser's own decoder and encoder, and a canvas. */
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
      throw new OneirosError('bad-argument', 'there is nothing to see yet: wait until the picture is loaded');
    if (isCanvasSource(drawable)) return draw(drawable, size);
    throw new OneirosError(
      'unsupported',
      'this is no picture: expected an address, a File, a Blob, bytes, <img>, <canvas>, <video>, ImageBitmap or ImageData',
    );
  },
};

/** Pixels as the file has them: no color management. */
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

/** No browser's canvas holds less. */
const mostCanvasPixels = 2 ** 24;

/** The pixels of what can be drawn, through canvases of as many rows as one holds. */
function draw(source: CanvasImageSource, { width, height }: Drawable): Pixels {
  const most = Math.max(1, Math.floor(mostCanvasPixels / width));
  if (height <= most) return rowsOf(source, width, 0, height);
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y += most)
    data.set(rowsOf(source, width, y, Math.min(most, height - y)).data, 4 * y * width);
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
      'the browser lets nobody read this picture, which comes from another site: load it with crossorigin="anonymous"',
      { cause },
    );
  }
}

function canvasOf(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  // The picture is read back at once, which a canvas on the GPU is slow at.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new OneirosError('too-large', `the browser has no canvas of ${width}×${height} pixels`);
  return { canvas, context };
}

// Workers have no elements, so not even their classes to compare with.
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
