import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { averagePrecision } from '../../lib/metrics/detection/average-precision.js';
import { evaluateDetections } from '../../lib/metrics/detection/evaluate.js';
import {
  cocoFigures,
  undefinedCocoFigures,
  undefinedVocFigures,
  vocFigures,
} from '../../lib/metrics/detection/figures.js';
import { fractionAbove, meanFractionAbove } from '../../lib/metrics/detection/fraction-above.js';
import { type CocoOptions, cocoProtocol, vocProtocol } from '../../lib/metrics/detection/protocol.js';
import { random as seeded } from '../../lib/tensor/random.js';
import { type FoundObject, type Object4, randomScene, scene, type TrueObject } from './scene.js';

const coco = (objects: readonly TrueObject[], found: readonly FoundObject[], options: CocoOptions = {}) => {
  const { truth, detections } = scene(objects, found);
  return cocoFigures(evaluateDetections(truth, detections, cocoProtocol(options)), options);
};
const voc = (year: 'voc2007' | 'voc2012', objects: readonly TrueObject[], found: readonly FoundObject[]) => {
  const { truth, detections } = scene(objects, found);
  return vocFigures(evaluateDetections(truth, detections, vocProtocol(year, { pixels: 'continuous' }))).mAP;
};
const near = (value: number) => [value - 1e-12, value + 1e-12] as const;

const here: Object4 = [0, 0, 40, 40];
const there: Object4 = [50, 50, 40, 40];

describe('Average precision', () => {
  it('is the area under the envelope for right, wrong, right with 2 objects', () => {
    // Precision 1 up to recall ½, then 2/3.
    const found = () => Float64Array.of(1, 2 / 3);
    expect(averagePrecision(found(), 2, 'every-point')).to.be.within(...near((1 + 2 / 3) / 2));
    expect(averagePrecision(found(), 2, 11)).to.be.within(...near((6 + 5 * (2 / 3)) / 11));
    expect(averagePrecision(found(), 2, 101)).to.be.within(...near((51 + 50 * (2 / 3)) / 101));
    // A later rise lifts earlier precisions; recalls that are not reached count 0.
    expect(averagePrecision(Float64Array.of(0.5, 0.8), 4, 'every-point')).to.be.within(...near(0.4));
    expect(averagePrecision(Float64Array.of(), 4, 11)).to.equal(0);
  });

  it('by COCO is 51/101 if one of two objects is found', () => {
    const figures = coco([{ box: here }, { box: there }], [{ box: here, score: 0.9 }]);
    expect(figures.AP).to.be.within(...near(51 / 101));
    expect(figures.AR100).to.equal(0.5);
    expect([figures.APs, figures.APl, figures.ARs, figures.ARl]).to.deep.equal([-1, -1, -1, -1]);
  });

  it('by Pascal counts a second detection of an object as wrong, even if it overlaps a free object', () => {
    const objects: TrueObject[] = [{ box: [0, 0, 40, 40] }, { box: [4, 0, 40, 40] }];
    const found: FoundObject[] = [
      { box: [0, 0, 40, 40], score: 0.9 },
      { box: [1, 0, 40, 40], score: 0.8 },
    ];
    expect(voc('voc2012', objects, found)).to.equal(0.5);
    expect(voc('voc2007', objects, found)).to.be.within(...near(6 / 11));
    expect(coco(objects, found, { thresholds: [0.5] }).AP50).to.be.within(...near(1));
  });

  it('by Pascal ignores detections of difficult objects', () => {
    const objects: TrueObject[] = [{ box: here, ignore: 1 }, { box: there }];
    const found: FoundObject[] = [
      { box: here, score: 0.9 },
      { box: there, score: 0.8 },
    ];
    expect(voc('voc2012', objects, found)).to.equal(1);
  });

  it('by COCO matches any number of detections with a crowd, over the area of the detection', () => {
    const objects: TrueObject[] = [
      { box: [0, 0, 100, 100], iscrowd: 1 },
      { box: there, image: 2 },
    ];
    const inCrowd = [here, there, here].map((box) => ({ box, score: 0.9 }));
    expect(coco(objects, [...inCrowd, { box: there, image: 2, score: 0.1 }]).AP).to.be.within(...near(1));
  });
});

describe('Quirks of pycocotools', () => {
  it('treat a match with id 0 as no match, unless turned off', () => {
    const objects: TrueObject[] = [{ box: here, id: 0 }];
    expect(coco(objects, [{ box: here, score: 1 }]).AP).to.equal(0);
    expect(coco(objects, [{ box: here, score: 1 }], { idZeroUnmatched: false }).AP).to.be.within(...near(1));
  });

  it('overwrite the field "ignore", unless turned off', () => {
    const objects: TrueObject[] = [{ box: here, ignore: 1 }, { box: there }];
    const found = [{ box: there, score: 1 }];
    expect(coco(objects, found).AR100).to.equal(0.5);
    expect(coco(objects, found, { ignoreOverwritten: false }).AR100).to.equal(1);
  });

  it('read AP only at 100 detections, or at the largest limit if turned off', () => {
    const found = [{ box: here, score: 1 }];
    const maxDets = [1, 5, 50] as const;
    expect(coco([{ box: here }], found, { maxDets }).AP).to.equal(-1);
    expect(coco([{ box: here }], found, { maxDets, headlineAt100: false }).AP).to.be.within(...near(1));
  });
});

describe('Evaluation', () => {
  const scenes = Array.from({ length: 40 }, (_, i) => randomScene(seeded(i)));
  const protocols = {
    coco: cocoProtocol(),
    voc2007: vocProtocol('voc2007'),
    voc2012: vocProtocol('voc2012', { pixels: 'continuous' }),
  };

  for (const [name, protocol] of Object.entries(protocols)) {
    const aps = (
      objects: readonly TrueObject[],
      found: readonly FoundObject[],
      maxDets: readonly number[] = protocol.maxDets,
    ) => {
      const { truth, detections } = scene(objects, found);
      return [...evaluateDetections(truth, detections, { ...protocol, maxDets }).ap];
    };
    it(`does not depend on the order of the files (${name})`, () => {
      for (const { objects, found } of scenes)
        expect(aps([...objects].reverse(), [...found].reverse())).to.deep.equal(aps(objects, found));
    });

    it(`depends only on the order of scores (${name})`, () => {
      for (const { objects, found } of scenes) {
        const rescored = found.map((one) => ({ ...one, score: Math.exp(3 * one.score) - 7 }));
        expect(aps(objects, rescored)).to.deep.equal(aps(objects, found));
      }
    });

    it(`gives 1 if everything is found, 0 if nothing is found, −1 if there is nothing to find (${name})`, () => {
      for (const { objects, found } of scenes) {
        for (const ap of aps(objects, objects, [100])) expect(ap === -1 || ap > 1 - 1e-12).to.equal(true);
        for (const ap of aps(objects, [])) expect(ap === -1 || ap === 0).to.equal(true);
        for (const ap of aps([], found)) expect(ap).to.equal(-1);
      }
    });

    it(`gives figures in [0, 1], which a worst detection cannot raise (${name})`, () => {
      for (const { objects, found } of scenes) {
        const before = aps(objects, found);
        const worse = aps(objects, [...found, { box: [90, 90, 1, 1], score: -1 }]);
        before.forEach((ap, i) => {
          expect(ap === -1 || (ap >= 0 && ap <= 1)).to.equal(true);
          expect(worse[i]).to.be.at.most(ap + 1e-15);
        });
      }
    });
  }

  it('gives AP that does not rise with the threshold, and recall that does not fall with more detections', () => {
    for (const { objects, found } of scenes) {
      const thresholds = [0.1, 0.3, 0.5, 0.7, 0.9];
      const { truth, detections } = scene(objects, found);
      const { ap } = evaluateDetections(truth, detections, vocProtocol('voc2012', { iou: 0.1 }));
      thresholds.slice(1).reduce(
        (previous, iou) => {
          const next = [...evaluateDetections(truth, detections, vocProtocol('voc2012', { iou })).ap];
          next.forEach((value, i) => expect(value).to.be.at.most(previous[i]! + 1e-15));
          return next;
        },
        [...ap],
      );
      const { AR1, AR10, AR100 } = cocoFigures(evaluateDetections(truth, detections, cocoProtocol()));
      expect(AR1 <= AR10 && AR10 <= AR100).to.equal(true);
    }
  });
});

describe('Undefined figures', () => {
  const { truth, detections } = scene([{ box: here }], [{ box: here, score: 1 }]);
  it('have a reason: no object of a size, or a threshold or limit that the protocol does not have', () => {
    const reasons = (options: CocoOptions) =>
      undefinedCocoFigures(evaluateDetections(truth, detections, cocoProtocol(options)), options);
    const small = {
      APs: 'the truth has no small object to find',
      APl: 'the truth has no large object to find',
      ARs: 'the truth has no small object to find',
      ARl: 'the truth has no large object to find',
    };
    expect(reasons({})).to.deep.equal(small);
    expect(reasons({ thresholds: [0.7] })).to.deep.equal({
      ...small,
      AP50: '0.5 is not one of the IoU thresholds 0.7',
      AP75: '0.75 is not one of the IoU thresholds 0.7',
    });
    expect(reasons({ maxDets: [1, 5, 50] }).AP).to.equal(
      'it needs 100 detections per image, but maxDets is 1, 5, 50',
    );
  });
  it('belong to classes without objects to find; classes with the same name stay separate', () => {
    const figures = vocFigures(evaluateDetections(truth, detections, vocProtocol('voc2012')));
    expect(undefinedVocFigures(figures)).to.deep.equal({
      'kind 2': 'the truth has no object of this class to find',
      'kind 3': 'the truth has no object of this class to find',
    });
    const twins = truth.categories.map((category) => ({ ...category, name: 'kind' }));
    const { perClass, mAP } = vocFigures(
      evaluateDetections({ ...truth, categories: twins }, detections, vocProtocol('voc2012')),
    );
    expect([perClass, mAP]).to.deep.equal([{ 'kind (id 1)': 1, 'kind (id 2)': -1, 'kind (id 3)': -1 }, 1]);
  });
});

describe('Average precision without scores', () => {
  const ious = [0.29, 0.11, 0.701, 0.001, 0.92, 0.45];
  it('is the fraction of candidates above the threshold', () => {
    expect(fractionAbove(ious, 0.5)).to.equal(1 / 3);
    expect(meanFractionAbove(ious, [0, 1])).to.equal(1 / 2);
    expect(fractionAbove([0.5], 0.5)).to.equal(0);
  });
  it('requires candidates, and thresholds from 0 to 1', () => {
    expect(() => fractionAbove([], 0.5)).to.throw(OneirosError, /at least one candidate/);
    expect(() => meanFractionAbove(ious, [])).to.throw(OneirosError, /thresholds is empty/);
    expect(() => fractionAbove([NaN], 0.5)).to.throw(OneirosError, /not NaN/);
    expect(() => fractionAbove(ious, 50)).to.throw(OneirosError, /not 50/);
  });
});

describe('Protocols', () => {
  it('refuse invalid thresholds and limits', () => {
    expect(() => cocoProtocol({ thresholds: [] })).to.throw(OneirosError, /from 0 to 1/);
    expect(() => cocoProtocol({ maxDets: [10, 1, 100] })).to.throw(OneirosError, /ascending/);
    expect(() => vocProtocol('voc2007', { iou: 50 })).to.throw(OneirosError, /not 50/);
  });

  it('are also checked if they are custom', () => {
    const { truth, detections } = scene([{ box: here }], [{ box: here, score: 1 }]);
    const evaluate = (change: object) => () =>
      evaluateDetections(truth, detections, { ...vocProtocol('voc2012'), ...change });
    expect(evaluate({ thresholds: [NaN] })).to.throw(OneirosError, /not NaN/);
    expect(evaluate({ maxDets: [] })).to.throw(OneirosError, /maxDets/);
    expect(evaluate({ areas: [{ name: 'all', min: 5, max: 1 }] })).to.throw(OneirosError, /not 5 to 1/);
    expect(evaluate({ recalls: 1 })).to.throw(OneirosError, /recalls/);
    expect(() => averagePrecision(Float64Array.of(NaN), 1, 11)).to.throw(OneirosError, /not NaN/);
    expect(() => averagePrecision(Float64Array.of(1, 1), 1, 11)).to.throw(OneirosError, /whole number ≥ 2/);
  });
});
