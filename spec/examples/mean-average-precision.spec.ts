import { expect } from 'chai';
import {
  cocoDetections,
  cocoTruth,
  evaluateDetections,
  fractionAbove,
  meanFractionAbove,
  precisionRecall,
  precisionRecallSvg,
  vocFigures,
  vocProtocol,
} from 'oneiros/metrics';

// How good is a detector? Three answers, from a definition to compute on paper to the one that papers publish.
describe('Example: mean average precision', () => {
  // Problem 1 of the course sheet: six candidate boxes, each with its intersection over union (IoU) with the object.
  const ious = [0.29, 0.11, 0.701, 0.001, 0.92, 0.45];

  it('on paper: the share of candidates with a sufficient IoU', () => {
    // Above .5 are .701 and .92: two of six.
    expect(fractionAbove(ious, 0.5)).to.equal(1 / 3);
  });

  it('on paper: a mean over thresholds, which measures how large the IoUs are', () => {
    // All six are above 0, and none can be above 1: (1 + 0) / 2.
    expect(meanFractionAbove(ious, [0, 1])).to.equal(1 / 2);
  });

  it('with scores: average precision also counts missed objects, and ranks detections by score', () => {
    const truth = cocoTruth({
      images: [{ id: 1 }],
      categories: [{ id: 1, name: 'cat' }],
      annotations: [
        { id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 40, 40] },
        { id: 2, image_id: 1, category_id: 1, bbox: [60, 60, 30, 30] },
      ],
    });
    const detections = cocoDetections(
      [
        { image_id: 1, category_id: 1, bbox: [11, 10, 40, 40], score: 0.9 }, // the first cat
        { image_id: 1, category_id: 1, bbox: [70, 10, 20, 20], score: 0.7 }, // nothing
        { image_id: 1, category_id: 1, bbox: [60, 62, 30, 30], score: 0.4 }, // the second cat
      ],
      truth,
    );
    const protocol = vocProtocol('voc2012');

    // In the order of their scores: right, wrong, right.
    const curve = precisionRecall(truth, detections, protocol, { category: 1 });
    expect([...curve.precision]).to.deep.equal([1, 1 / 2, 2 / 3]);
    expect([...curve.recall]).to.deep.equal([1 / 2, 1 / 2, 1]);

    // The area under its falling envelope: half the recalls at precision 1, half at 2/3.
    const { mAP, perClass } = vocFigures(evaluateDetections(truth, detections, protocol));
    expect(mAP).to.be.closeTo(5 / 6, 1e-12);
    expect(perClass).to.deep.equal({ cat: mAP });

    // The curve as a picture.
    expect(precisionRecallSvg([curve], { title: 'Cats' })).to.include('cat, IoU ≥ 0.5: AP 0.833');
  });
});
