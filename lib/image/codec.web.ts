import { OneirosError } from '../errors.js';
import type { Codec, Drawable } from './codec.js';
import type { Pixels } from './pixels.js';

/** Pixels by the browser's own JPEG decoder and encoder and a canvas; TIFF by the same library as in Node. */
export const codec: Codec = {
  async decodeJpeg(bytes) {
    // Pixels as the file has them: no colour management, which Node has not either; only turned as EXIF says.
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), {
      colorSpaceConversion: 'none',
      imageOrientation: 'from-image',
      premultiplyAlpha: 'none',
    });
    try {
      return draw(bitmap, bitmap);
    } finally {
      bitmap.close();
    }
  },
  async decodeTiff(bytes) {
    const { default: utif } = await import('utif2');
    const file = new Uint8Array(bytes).buffer;
    const [page] = utif.decode(file);
    if (page === undefined) throw new Error('it has no page');
    utif.decodeImage(file, page);
    return { width: page.width, height: page.height, data: utif.toRGBA8(page) };
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

function draw(source: CanvasImageSource, { width, height }: Drawable): Pixels {
  const { context } = canvasOf(width, height);
  context.drawImage(source, 0, 0, width, height);
  try {
    return context.getImageData(0, 0, width, height);
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
