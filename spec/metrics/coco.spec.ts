import { expect } from 'chai';
import { stringify } from 'lossless-json';

import { evaluateDetections } from '../../lib/metrics/detection/evaluate.js';
import { cocoFigures } from '../../lib/metrics/detection/figures.js';
import { cocoProtocol } from '../../lib/metrics/detection/protocol.js';
import { cocoDetections, cocoTruth, readCocoDetections, readCocoTruth } from '../../lib/metrics/io/coco.js';
import { cases, isObject, numbers } from './golden.js';

describe('COCO evaluation', () => {
  for (const [file, iouType] of [
    ['coco-bbox', 'bbox'],
    ['coco-segm', 'segm'],
  ] as const)
    cases(file).forEach(({ truth, detections, figures }, i) =>
      it(`equals all twelve figures of pycocotools to 1e-12 (${iouType}, case ${i})`, () => {
        const there = cocoTruth(truth, { iouType });
        const found = cocoDetections(detections, there);
        const computed = Object.values(cocoFigures(evaluateDetections(there, found, cocoProtocol())));
        numbers(figures).forEach((figure, k) =>
          expect(computed[k], `figure ${k}`).to.be.closeTo(figure, 1e-12),
        );
      }),
    );

  it('reads the same from a stream that is split anywhere', async () => {
    const [first] = cases('coco-bbox');
    const pieces = (value: unknown, length: number) => {
      const bytes = new TextEncoder().encode(JSON.stringify(value, null, 1));
      return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
        bytes.subarray(i * length, (i + 1) * length),
      );
    };
    for (const length of [1, 7, 64]) {
      const truth = await readCocoTruth(pieces(first!['truth'], length));
      const found = await readCocoDetections(pieces(first!['detections'], length), truth);
      expect(truth).to.deep.equal(cocoTruth(first!['truth']));
      expect(found).to.deep.equal(cocoDetections(first!['detections'], truth));
    }
  });

  it('reads ids beyond 2^53 exactly, from streams and from bigints', async () => {
    // Above 2^53 every second whole number has no double: ids read as doubles would coincide.
    const far = (value: unknown, keys: readonly string[]): unknown => {
      if (Array.isArray(value)) return value.map((item: unknown) => far(item, keys));
      if (!isObject(value)) return value;
      const entries = Object.entries(value).map(([key, item]) => {
        const isId = keys.includes(key) && typeof item === 'number';
        return [key, isId ? BigInt(item) + 2n ** 53n : far(item, keys)];
      });
      return Object.fromEntries(entries);
    };
    const [{ truth, detections, figures } = {}] = cases('coco-bbox');
    const there = far(truth, ['id', 'image_id', 'category_id']);
    const found = far(detections, ['image_id', 'category_id']);
    const streamed = await readCocoTruth([stringify(there) ?? '']);
    const tables = [
      [streamed, await readCocoDetections([stringify(found) ?? ''], streamed)],
      [cocoTruth(there), cocoDetections(found, cocoTruth(there))],
    ] as const;
    for (const [table, findings] of tables) {
      expect(new Set(table.images.map(({ id }) => id)).size).to.equal(table.images.length);
      expect(table.images.every(({ id }) => typeof id === 'bigint')).to.equal(true);
      const computed = Object.values(cocoFigures(evaluateDetections(table, findings, cocoProtocol())));
      numbers(figures).forEach((figure, k) =>
        expect(computed[k], `figure ${k}`).to.be.closeTo(figure, 1e-12),
      );
    }
  });
});
