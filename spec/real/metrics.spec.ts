import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

import {
  cocoFigures,
  cocoProtocol,
  evaluateDetections,
  pascalDetections,
  pascalTruth,
  readCocoDetections,
  readCocoTruth,
  vocFigures,
  vocProtocol,
} from '../../lib/metrics/index.js';

const folder = new URL('../../../shared/data/map/', import.meta.url);

describe('published figures', function () {
  before(function () {
    if (existsSync(folder)) return;
    console.warn(`      SKIPPED: ${folder.pathname} is missing`);
    this.skip();
  });

  it("are reproduced for COCO's example detections", async () => {
    const chunks = (name: string) => createReadStream(new URL(`coco-golden/${name}`, folder));
    const truth = await readCocoTruth(chunks('instances_val2014_100.json'));
    const detections = await readCocoDetections(chunks('instances_val2014_fakebbox100_results.json'), truth);
    const figures = cocoFigures(evaluateDetections(truth, detections, cocoProtocol()));
    const published = {
      AP: 0.5045806987249628,
      AP50: 0.6969727247299577,
      AP75: 0.5729816669904824,
      APs: 0.5856257209410443,
      APm: 0.5193996948036719,
      APl: 0.5013978986347466,
      AR1: 0.38681277964578054,
      AR10: 0.5936795762842003,
      AR100: 0.595352982877607,
      ARs: 0.6398109626113442,
      ARm: 0.5664205978994309,
      ARl: 0.5642905982905982,
    };
    expect(Object.keys(figures)).to.deep.equal(Object.keys(published));
    Object.values(published).forEach((figure, i) =>
      expect(Object.values(figures)[i]).to.be.closeTo(figure, 1e-12),
    );
  });

  for (const [year, percent] of [
    ['voc2007', 26.84],
    ['voc2012', 24.57],
  ] as const)
    it(`${year}: ${percent} % on seven images of text`, () => {
      const texts = (name: string) =>
        readdirSync(new URL(`voc-sample/${name}`, folder)).map((file) => ({
          image: file.replace('.txt', ''),
          text: readFileSync(new URL(`voc-sample/${name}/${file}`, folder), 'utf8'),
        }));
      const truth = pascalTruth(texts('groundtruths'));
      const detections = pascalDetections(texts('detections'), truth);
      const { mAP } = vocFigures(evaluateDetections(truth, detections, vocProtocol(year, { iou: 0.3 })));
      expect((100 * mAP).toFixed(2)).to.equal(percent.toFixed(2));
    });
});
