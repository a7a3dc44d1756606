// Compares COCO evaluation with pycocotools, in one run on the same two files: a synthetic set of 5,000 images with as
// many objects as COCO's val2017, evaluated by boxes or by masks. Exits with code 1 if this library is slower, or if a
// figure differs by more than 1e-12. `only` skips pycocotools: 200 detections per image are a million.
//
//   node --import ./scripts/ts.mjs scripts/bench/metrics.ts [detections per image = 40] [bbox | segm] [only]
//
// PYTHON names an interpreter with pycocotools; the default is python3.
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { boxOverlaps } from '../../lib/metrics/boxes/boxes.js';
import { evaluateDetections } from '../../lib/metrics/detection/evaluate.js';
import { cocoFigures } from '../../lib/metrics/detection/figures.js';
import { cocoProtocol } from '../../lib/metrics/detection/protocol.js';
import { readCocoDetections, readCocoTruth } from '../../lib/metrics/io/coco.js';
import { polygonToRle } from '../../lib/metrics/masks/polygon.js';
import { rleToString } from '../../lib/metrics/masks/rle-string.js';
import { random } from '../../lib/tensor/random.js';

const perImage = Number(process.argv[2] ?? 40);
const iouType = process.argv[3] === 'segm' ? 'segm' : 'bbox';
const alone = process.argv.includes('only');
const [images, categories, objectsPerImage] = [5000, 80, 7.36];

const folder = await mkdtemp(join(tmpdir(), 'metrics-'));
const [truthPath, detectionsPath] = [join(folder, 'truth.json'), join(folder, 'detections.json')];
try {
  const count = await writeSet();
  const began = performance.now();
  const truth = await readCocoTruth(createReadStream(truthPath, { highWaterMark: 2 ** 20 }), { iouType });
  const detections = await readCocoDetections(
    createReadStream(detectionsPath, { highWaterMark: 2 ** 20 }),
    truth,
  );
  const loaded = performance.now();
  const figures = Object.values(cocoFigures(evaluateDetections(truth, detections, cocoProtocol())));
  const ours = { read: (loaded - began) / 1000, evaluate: (performance.now() - loaded) / 1000 };
  const memory = process.resourceUsage().maxRSS / 1024;
  console.log(`${images} images, ${truth.count} objects, ${count} detections`);
  console.log(`oneiros      ${seconds(ours)}, at most ${memory.toFixed(0)} MiB; AP ${figures[0]}`);
  if (!alone) {
    const script = ['scripts/bench/metrics.py', truthPath, detectionsPath, iouType];
    const output = execFileSync(process.env['PYTHON'] ?? 'python3', script, { encoding: 'utf8' });
    const [read = NaN, evaluate = NaN, ...reference] = output.trim().split(/\s+/).map(Number);
    console.log(`pycocotools  ${seconds({ read, evaluate })}; AP ${reference[0]}`);
    const difference = Math.max(...figures.map((figure, i) => Math.abs(figure - (reference[i] ?? NaN))));
    console.log(`largest difference of the twelve figures: ${difference}`);
    const slower = ours.read + ours.evaluate > read + evaluate; // pycocotools creates its masks while it evaluates
    process.exitCode = slower || !(difference <= 1e-12) ? 1 : 0;
  }
  timePairs();
} finally {
  await rm(folder, { recursive: true });
}

function seconds({ read, evaluate }: { readonly read: number; readonly evaluate: number }): string {
  return `reads in ${read.toFixed(2)} s, evaluates in ${evaluate.toFixed(2)} s`;
}

/** Objects of all sizes: a quarter is detected well, a quarter badly; and many false positives. */
async function writeSet(): Promise<number> {
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
    truthPath,
    '{"images":[',
    '],',
    Array.from({ length: images }, (_, i) => ({ id: i + 1, width: 640, height: 480 })),
  );
  await writeLines(
    truthPath,
    '"categories":[',
    '],',
    Array.from({ length: categories }, (_, i) => ({ id: i + 1, name: `c${i + 1}` })),
  );
  await writeLines(truthPath, '"annotations":[', ']}', annotations);

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
  await writeLines(detectionsPath, '[', ']', detections());
  return total;
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

function timePairs(): void {
  const rng = random(3);
  const boxes = Float64Array.from({ length: 40_000 }, () => 1 + rng.uniform() * 100);
  for (const measure of ['iou', 'giou', 'diou', 'ciou'] as const) {
    const start = performance.now();
    boxOverlaps(boxes, boxes, { measure, form: 'xywh' });
    console.log(`${measure} of 10,000 × 10,000 boxes: ${((performance.now() - start) / 1000).toFixed(2)} s`);
  }
}
