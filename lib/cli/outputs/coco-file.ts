import type { Id } from '../../metrics/detection/ids.js';
import type { Segmentation } from '../../networks/segmenter/segmentation.js';
import { cocoBytes } from '../../tasks/detect/coco-results.js';
import { type CocoAnnotation, cocoMasks } from '../../tasks/segment/coco-masks.js';

/** A COCO file of the segmentations of several pictures. */
export class CocoFile {
  readonly #images: object[] = [];
  readonly #annotations: (CocoAnnotation & { readonly id: number; readonly image_id: Id })[] = [];

  constructor(readonly classes: readonly string[]) {}

  /** @param known the picture's id; `null`: its position among the pictures, from 1 */
  add(path: string, known: Id | null, found: Segmentation, masks: 'rle' | 'polygons'): void {
    const id = known ?? this.#images.length + 1;
    this.#images.push({ id, file_name: path, width: found.width, height: found.height });
    for (const annotation of cocoMasks(found, masks))
      this.#annotations.push({ id: this.#annotations.length + 1, image_id: id, ...annotation });
  }

  bytes(): Uint8Array {
    const categories = this.classes.slice(1).map((name, i) => ({ id: i + 1, name }));
    const content = { images: this.#images, annotations: this.#annotations, categories };
    return cocoBytes(content);
  }
}
