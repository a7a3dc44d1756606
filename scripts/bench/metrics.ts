// COCO's evaluation from two files to its twelve figures, which must be equal; and overlaps of boxes.
import { createReadStream } from 'node:fs';

import { boxOverlaps } from '../../lib/metrics/boxes/boxes.js';
import { evaluateDetections } from '../../lib/metrics/detection/evaluate.js';
import { cocoFigures } from '../../lib/metrics/detection/figures.js';
import { cocoProtocol } from '../../lib/metrics/detection/protocol.js';
import { readCocoDetections, readCocoTruth } from '../../lib/metrics/io/coco.js';
import { random } from '../../lib/tensor/random.js';
import { type Case, contender, timed } from './frame/case.js';
import { runSuite } from './frame/run-suite.js';
import { type CocoSetOptions, writeCocoSet } from './models/coco-set.js';

function evaluation(options: CocoSetOptions, quick = false): Case {
  const { images, perImage, iouType } = options;
  return {
    name: `COCO, ${iouType}, ${images} images with ${perImage} detections each`,
    quick,
    rounds: 3,
    tolerance: 1e-12,
    async open(bench) {
      const { truth, results } = await writeCocoSet(bench.folder, options);
      const read = (path: string) => createReadStream(path, { highWaterMark: 2 ** 20 });
      const run = async () => {
        const objects = await readCocoTruth(read(truth), { iouType });
        const detections = await readCocoDetections(read(results), objects);
        return Object.values({ ...cocoFigures(evaluateDetections(objects, detections, cocoProtocol())) });
      };
      const job = { task: 'coco.evaluate', truth, detections: results, kind: iouType };
      const peers = {
        pycocotools: { package: 'pycocotools' },
        'faster-coco-eval': { package: 'faster_coco_eval' },
      };
      return [contender('oneiros', () => timed(run)), ...(await bench.peers(job, peers))];
    },
  };
}

function overlaps(measure: 'iou' | 'giou' | 'diou' | 'ciou'): Case {
  return {
    name: `${measure} of 10,000 × 10,000 boxes`,
    quick: measure === 'iou',
    rounds: 3,
    open() {
      const stream = random(3);
      const boxes = Float64Array.from({ length: 40_000 }, () => 1 + stream.uniform() * 100);
      const run = (): Promise<readonly number[]> => {
        boxOverlaps(boxes, boxes, { measure, form: 'xywh' });
        return Promise.resolve([]);
      };
      return Promise.resolve([contender('oneiros', () => timed(run))]);
    },
  };
}

await runSuite('Metrics', [
  evaluation({ images: 500, perImage: 40, iouType: 'bbox' }, true),
  evaluation({ images: 5000, perImage: 40, iouType: 'bbox' }),
  evaluation({ images: 5000, perImage: 20, iouType: 'segm' }),
  overlaps('iou'),
  overlaps('giou'),
  overlaps('diou'),
  overlaps('ciou'),
]);
