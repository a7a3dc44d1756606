import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { polygonToRle } from '../../../lib/metrics/masks/polygon.js';
import { rleToString } from '../../../lib/metrics/masks/rle-string.js';
import { random } from '../../../lib/tensor/random.js';

const categories = 80;
const objectsPerImage = 7.36;

export interface CocoSetOptions {
  readonly images: number;
  /** Detections per image. */
  readonly perImage: number;
  /** Whether objects are boxes or masks. */
  readonly iouType: 'bbox' | 'segm';
}

/** The paths of a set's files, and how many detections it has. */
export interface CocoSet {
  readonly truth: string;
  readonly results: string;
  readonly detections: number;
}

/**
 * Writes a synthetic set with as many objects an image as COCO's val2017: objects of all sizes, a quarter is detected
 * well, a quarter badly; and many false positives.
 */
export async function writeCocoSet(
  folder: string,
  { images, perImage, iouType }: CocoSetOptions,
): Promise<CocoSet> {
  const [truth, results] = [join(folder, 'truth.json'), join(folder, 'detections.json')];
  for (const path of [truth, results]) await rm(path, { force: true });
  const rng = random(5);
  const number = (value: number) => Number(value.toFixed(2));
  const box = () => {
    const [width, height] = [Math.exp(2 + 4 * rng.uniform()), Math.exp(2 + 4 * rng.uniform())];
    return [rng.uniform() * (640 - width), rng.uniform() * (480 - height), width, height].map(number);
  };
  const ellipse = ([x = 0, y = 0, width = 0, height = 0]: number[]) =>
    Array.from({ length: 20 }, (_, i) => (Math.PI * i) / 10).flatMap((angle) =>
      [x + (width * (1 + Math.cos(angle))) / 2, y + (height * (1 + Math.sin(angle))) / 2].map(number),
    );
  const masked = (bbox: number[]) => ({
    size: [480, 640],
    counts: rleToString(polygonToRle(ellipse(bbox), { width: 640, height: 480 })),
  });
  const annotations: {
    id: number;
    image_id: number;
    category_id: number;
    bbox: number[];
    area: number;
    iscrowd: number;
    segmentation?: number[][];
  }[] = [];
  for (let i = 0; i < images * objectsPerImage; i++) {
    const bbox = box();
    annotations.push({
      id: i + 1,
      image_id: rng.integer(1, images),
      category_id: Math.ceil(categories * rng.uniform() ** 3 + 1e-9),
      bbox,
      area: number(bbox[2]! * bbox[3]! * 0.7),
      iscrowd: rng.uniform() < 0.012 ? 1 : 0,
      ...(iouType === 'segm' ? { segmentation: [ellipse(bbox)] } : {}),
    });
  }
  await writeLines(
    truth,
    '{"images":[',
    '],',
    Array.from({ length: images }, (_, i) => ({ id: i + 1, width: 640, height: 480 })),
  );
  await writeLines(
    truth,
    '"categories":[',
    '],',
    Array.from({ length: categories }, (_, i) => ({ id: i + 1, name: `c${i + 1}` })),
  );
  await writeLines(truth, '"annotations":[', ']}', annotations);

  const total = images * perImage;
  function* detections() {
    for (let i = 0; i < total; i++) {
      const object = i < annotations.length * 1.5 ? annotations[i % annotations.length] : undefined;
      const spread = object ? (rng.uniform() < 0.5 ? 0.03 : 0.2) : 0;
      const bbox = (object?.bbox ?? box()).map((v, k, b) =>
        number(Math.max(v + spread * rng.normal() * b[2 + (k % 2)]!, 1)),
      );
      yield {
        image_id: object?.image_id ?? rng.integer(1, images),
        category_id: object?.category_id ?? Math.ceil(categories * rng.uniform() ** 3 + 1e-9),
        ...(iouType === 'segm' ? { segmentation: masked(bbox) } : { bbox }),
        score: Number((object ? rng.uniform() : rng.uniform() ** 3).toFixed(3)),
      };
    }
  }
  await writeLines(results, '[', ']', detections());
  return { truth, results, detections: total };
}

async function writeLines(
  path: string,
  before: string,
  after: string,
  records: Iterable<object>,
): Promise<void> {
  const file = await open(path, 'a');
  let lines = before;
  let separator = '';
  for (const record of records) {
    lines += separator + JSON.stringify(record);
    separator = ',\n';
    if (lines.length > 2 ** 20) {
      await file.write(lines);
      lines = '';
    }
  }
  await file.write(lines + after);
  await file.close();
}
