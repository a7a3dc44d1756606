import { expect } from 'chai';
import { cocoDetections, cocoTruth, readCocoDetections, readCocoTruth } from '../../lib/metrics/coco.js';
import { evaluateDetections } from '../../lib/metrics/evaluate.js';
import { cocoFigures } from '../../lib/metrics/figures.js';
import { cocoProtocol } from '../../lib/metrics/protocol.js';
import { cases, numbers } from './golden.js';

describe('COCO evaluation against pycocotools', () => {
  for (const [file, iouType] of [
    ['coco-bbox', 'bbox'],
    ['coco-segm', 'segm'],
  ] as const)
    cases(file).forEach(({ truth, detections, figures }, i) =>
      it(`${iouType} case ${i}: all twelve figures to 1e-12`, () => {
        const there = cocoTruth(truth, { iouType });
        const found = cocoDetections(detections, there);
        const ours = Object.values(cocoFigures(evaluateDetections(there, found, cocoProtocol())));
        numbers(figures).forEach((figure, k) => expect(ours[k], `figure ${k}`).to.be.closeTo(figure, 1e-12));
      }),
    );

  it('reads the same from a stream that is cut anywhere', async () => {
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
});
