import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import {
  accuracy,
  addLabels,
  classScores,
  confusionMatrix,
  meanIou,
} from '../../lib/metrics/confusion-matrix.js';

describe('The confusion matrix', () => {
  const matrix = confusionMatrix(3);
  addLabels(matrix, [0, 0, 0, 1, 1, 255], [0, 0, 1, 1, 0, 1], 255);

  it('counts true against predicted classes', () => {
    expect([...matrix.counts]).to.deep.equal([2, 1, 0, 1, 1, 0, 0, 0, 0]);
  });

  it('gives precision, recall, F1 and IoU, and −1 for an absent class', () => {
    expect(classScores(matrix)).to.deep.equal([
      { support: 3, precision: 2 / 3, recall: 2 / 3, f1: 4 / 6, iou: 2 / 4 },
      { support: 2, precision: 1 / 2, recall: 1 / 2, f1: 2 / 4, iou: 1 / 3 },
      { support: 0, precision: -1, recall: -1, f1: -1, iou: -1 },
    ]);
    expect(accuracy(matrix)).to.equal(3 / 5);
    expect(meanIou(matrix)).to.be.closeTo((1 / 2 + 1 / 3) / 2, 1e-15);
    expect([accuracy(confusionMatrix(2)), meanIou(confusionMatrix(2))]).to.deep.equal([-1, -1]);
  });

  it('names the label that is not a class', () => {
    expect(() => addLabels(confusionMatrix(2), [0, 1], [0, 2])).to.throw(
      OneirosError,
      /label 1 is 1 where 2 .* 0 to 1/,
    );
    expect(() => addLabels(confusionMatrix(2), [0], [])).to.throw(OneirosError, /1, not 0/);
    expect(() => confusionMatrix(1e6)).to.throw(OneirosError, /1 to 4096/);
  });
});
