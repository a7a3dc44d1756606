import { OneirosError } from '../../base/errors.js';
import { readPngText } from '../../image/codec/png/text.js';
import { scaledSize } from '../../image/geometry/resize.js';
import type { Image, Size } from '../../image/image.js';
import { fromPixels, toPixels } from '../../image/pixels.js';
import type { OpenedPicture, PictureInfo } from '../state/protocol.js';

/** Larger pictures are made smaller when they are opened: every pixel takes twelve bytes, and many times that later. */
const maxPixels = 4e6;

/** The pictures that the page can speak of, by number. */
export class Pictures {
  readonly #pictures = new Map<number, Image>();
  #next = 1;

  get(id: number): Image {
    const picture = this.#pictures.get(id);
    if (picture === undefined) throw new OneirosError('not-found', 'that picture is no longer there');
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
   * Any picture that the browser can read, upright, over white where it is transparent.
   * @throws OneirosError `bad-input` for what it cannot read
   */
  async open(file: Blob): Promise<OpenedPicture> {
    const texts = await textsOf(file);
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(
      (cause: unknown) => {
        throw new OneirosError('bad-input', 'this file is no picture that your browser can read', { cause });
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
  if (context === null) throw new OneirosError('runtime', 'the browser has no memory for another picture');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return fromPixels({ width, height, data: context.getImageData(0, 0, width, height).data });
}

/** The texts of a PNG file; none of any other, or of one whose chunks are damaged but which the browser reads all the same. */
async function textsOf(file: Blob): Promise<ReadonlyMap<string, string>> {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (String.fromCharCode(...start.subarray(1)) !== 'PNG') return new Map();
  try {
    return readPngText(new Uint8Array(await file.arrayBuffer()));
  } catch {
    return new Map();
  }
}

/** A picture as what a canvas shows at once. */
export function bitmapOf(picture: Image): Promise<ImageBitmap> {
  const { width, height, data } = toPixels(picture);
  return createImageBitmap(new ImageData(data, width, height));
}
