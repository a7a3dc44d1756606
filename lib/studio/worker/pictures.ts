import { OneirosError } from '../../base/errors.js';
import { readPngText } from '../../image/codec/png/text.js';
import { scaledSize } from '../../image/geometry/resize.js';
import type { Image, Size } from '../../image/image.js';
import { fromPixels, toPixels } from '../../image/pixels.js';
import type { OpenedPicture, PictureInfo } from '../state/protocol.js';

/** Larger pictures are reduced when they are opened: a pixel takes twelve bytes, and many times that in a network. */
const maxPixels = 4e6;

/** The pictures of the page by number. */
export class Pictures {
  readonly #pictures = new Map<number, Image>();
  #next = 1;

  get(id: number): Image {
    const picture = this.#pictures.get(id);
    if (picture === undefined) throw new OneirosError('not-found', 'this picture was removed: open it again');
    return picture;
  }

  forget(ids: readonly number[]): void {
    for (const id of ids) this.#pictures.delete(id);
  }

  async keep(picture: Image): Promise<PictureInfo> {
    const id = this.#next++;
    this.#pictures.set(id, picture);
    const { width, height } = picture;
    return { id, width, height, preview: await bitmapOf(picture) };
  }

  /**
   * Opens any picture that the browser can read, turned upright, with transparent parts over white.
   * @throws OneirosError `bad-input` if the browser cannot read it
   */
  async open(file: Blob): Promise<OpenedPicture> {
    const texts = await textsOf(file);
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(
      (cause: unknown) => {
        throw new OneirosError('bad-input', 'your browser cannot read this file as a picture', { cause });
      },
    );
    const original = { width: bitmap.width, height: bitmap.height };
    const size = withinLimit(original);
    const picture = pixelsOf(bitmap, size);
    bitmap.close();
    const reduced = size.width !== original.width || size.height !== original.height;
    return { ...(await this.keep(picture)), texts, reducedFrom: reduced ? original : null };
  }
}

function withinLimit(size: Size): Size {
  const pixels = size.width * size.height;
  if (pixels <= maxPixels) return size;
  const longer = Math.max(size.width, size.height);
  return scaledSize(size, Math.floor(longer * Math.sqrt(maxPixels / pixels)));
}

function pixelsOf(bitmap: ImageBitmap, { width, height }: Size): Image {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new OneirosError('runtime', 'the browser has no memory left for this picture');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return fromPixels({ width, height, data: context.getImageData(0, 0, width, height).data });
}

/** The texts of a PNG file. Empty for other files, and for files with damaged chunks, which browsers may still read. */
async function textsOf(file: Blob): Promise<ReadonlyMap<string, string>> {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (String.fromCharCode(...start.subarray(1)) !== 'PNG') return new Map();
  try {
    return readPngText(new Uint8Array(await file.arrayBuffer()));
  } catch {
    return new Map();
  }
}

/** A picture as a bitmap, which a canvas draws without decoding. */
export function bitmapOf(picture: Image): Promise<ImageBitmap> {
  const { width, height, data } = toPixels(picture);
  return createImageBitmap(new ImageData(data, width, height));
}
