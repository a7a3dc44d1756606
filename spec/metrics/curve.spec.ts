import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { precisionRecall } from '../../lib/metrics/detection/curve.js';
import { precisionRecallSvg } from '../../lib/metrics/detection/curve-svg.js';
import { cell, evaluateDetections } from '../../lib/metrics/detection/evaluate.js';
import { cocoProtocol, vocProtocol } from '../../lib/metrics/detection/protocol.js';
import { random as seeded } from '../../lib/tensor/random.js';
import { randomScene, scene } from './scene.js';

describe('Precision–recall curves', () => {
  const { truth, detections } = scene(
    [{ box: [0, 0, 10, 10] }, { box: [50, 50, 10, 10] }],
    [
      { box: [50, 50, 10, 10], score: 0.3 },
      { box: [0, 0, 10, 10], score: 0.9 },
      { box: [30, 0, 10, 10], score: 0.6 },
    ],
  );
  const protocol = vocProtocol('voc2012');

  it('have one point per detection, best first', () => {
    const curve = precisionRecall(truth, detections, protocol, { category: 1 });
    expect([...curve.score]).to.deep.equal([0.9, 0.6, 0.3]);
    expect([...curve.recall]).to.deep.equal([0.5, 0.5, 1]);
    expect([...curve.precision]).to.deep.equal([1, 1 / 2, 2 / 3]);
    expect(curve).to.deep.include({ category: 'kind 1', threshold: 0.5, positives: 2 });
    expect(curve.ap).to.be.closeTo((1 + 2 / 3) / 2, 1e-15);
  });

  it('have the average precision of the evaluation', () => {
    const coco = cocoProtocol();
    for (let seed = 0; seed < 20; seed++) {
      const { objects, found } = randomScene(seeded(seed));
      const tables = scene(objects, found);
      const evaluation = evaluateDetections(tables.truth, tables.detections, coco);
      const options = { category: 2, threshold: 0.75, area: 'medium' };
      const { ap } = precisionRecall(tables.truth, tables.detections, coco, options);
      expect(ap).to.equal(
        evaluation.ap[cell(evaluation, { threshold: 5, category: 1, area: 2, maxDets: 2 })],
      );
    }
  });

  it('are drawn as well-formed SVG for any class name', () => {
    const curve = precisionRecall(truth, detections, protocol, { category: 1 });
    const empty = precisionRecall(truth, detections, protocol, { category: 2 });
    const svg = precisionRecallSvg([{ ...curve, category: '<b>&"' }, empty], { title: 'a < b' });
    expect(svg).to.match(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 480 360"/);
    expect(svg).to.include('&#60;b&#62;&#38;&#34;, IoU ≥ 0.5: AP 0.833').and.include('AP undefined');
    expect(svg).not.to.match(/NaN|Infinity|<b>/);
    // Recall ½ is at the middle of its axis, precision 2/3 at two thirds.
    expect(svg)
      .to.include('M256 32L256 174L464 126.67')
      .and.include('M48 32V32H256V126.67H256V126.67H464V316');
  });

  it('require a category, a threshold and an area that exist', () => {
    const curve = (options: object) => () =>
      precisionRecall(truth, detections, cocoProtocol(), { category: 1, ...options });
    expect(curve({ category: 9 })).to.throw(OneirosError, /no category 9/);
    expect(curve({ threshold: 0.51 })).to.throw(OneirosError, /threshold 0.51 is not one of 0.5, /);
    expect(curve({ area: 'tiny' })).to.throw(
      OneirosError,
      /area "tiny" is not one of all, small, medium, large/,
    );
    expect(() => precisionRecallSvg([], { width: 10 })).to.throw(OneirosError, /10×360/);
  });
});
