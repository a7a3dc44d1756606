import type { Detections, Truth } from '../../lib/metrics/detection/tables.js';
import { cocoDetections, cocoTruth } from '../../lib/metrics/io/coco.js';
import type { Random } from '../../lib/tensor/random.js';

export type Object4 = readonly [x: number, y: number, width: number, height: number];

export interface TrueObject {
  readonly box: Object4;
  readonly image?: number;
  readonly category?: number;
  readonly id?: number;
  readonly iscrowd?: 0 | 1;
  readonly ignore?: 0 | 1;
}
export interface FoundObject {
  readonly box: Object4;
  readonly score: number;
  readonly image?: number;
  readonly category?: number;
}

/** A truth of 100×100 images 1 to 4 and categories 1 to 3, and detections, in a short form. */
export function scene(
  objects: readonly TrueObject[],
  found: readonly FoundObject[],
): { truth: Truth; detections: Detections } {
  const truth = cocoTruth({
    images: [1, 2, 3, 4].map((id) => ({ id, width: 100, height: 100 })),
    categories: [1, 2, 3].map((id) => ({ id, name: `kind ${id}` })),
    annotations: objects.map(({ box, image = 1, category = 1, ...rest }, i) => ({
      id: i + 1,
      image_id: image,
      category_id: category,
      bbox: box,
      ...rest,
    })),
  });
  const records = found.map(({ box, score, image = 1, category = 1 }) => ({
    image_id: image,
    category_id: category,
    bbox: box,
    score,
  }));
  return { truth, detections: cocoDetections(records, truth) };
}

/** Random objects, detections near each, and other detections; all scores differ. */
export function randomScene(random: Random): {
  readonly objects: readonly (TrueObject & FoundObject)[];
  readonly found: readonly FoundObject[];
} {
  const place = () => ({
    image: random.integer(1, 4),
    category: random.integer(1, 3),
    score: random.uniform(),
  });
  const box = (): Object4 => [
    random.uniform() * 60,
    random.uniform() * 60,
    1 + random.uniform() * 60,
    1 + random.uniform() * 60,
  ];
  const objects = Array.from({ length: random.integer(1, 15) }, () => ({ ...place(), box: box() }));
  const near = objects.map(({ box: [x, y, width, height], ...rest }): FoundObject => {
    const shift = () => random.normal() * 0.1;
    return {
      ...rest,
      score: random.uniform(),
      box: [x + shift() * width, y + shift() * height, width, height],
    };
  });
  const elsewhere = Array.from({ length: random.integer(0, 10) }, () => ({ ...place(), box: box() }));
  return { objects, found: [...near, ...elsewhere] };
}
