import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { calibration } from '../../lib/metrics/classification/calibration.js';
import { topK } from '../../lib/metrics/classification/top-k.js';

describe('Classification metrics', () => {
  // prettier-ignore
  const scores = [
    0.1, 0.7, 0.2,
    0.5, 0.3, 0.2,
    0.4, 0.4, 0.2,
  ];

  it('count the true class among the k best, the lower class first if scores are equal', () => {
    expect(topK(scores, [1, 1, 1])).to.equal(1 / 3);
    expect(topK(scores, [1, 1, 0])).to.equal(2 / 3);
    expect(topK(scores, [1, 1, 1], 2)).to.equal(1);
    expect(topK([NaN, NaN], [0])).to.equal(0);
  });

  it('compute the calibration error worked by hand', () => {
    // Confidences .95 (right), .85 (wrong) and .6 (right); with two bins, all three are in the second.
    const probabilities = [0.95, 0.05, 0.85, 0.15, 0.4, 0.6];
    const one = calibration(probabilities, [0, 1, 1], { bins: 2 });
    expect(one.expected).to.be.closeTo(2.4 / 3 - 2 / 3, 1e-15);
    expect(one.bins.map(({ count }) => count)).to.deep.equal([0, 3]);
    const ten = calibration(probabilities, [0, 1, 1], { bins: 10 });
    expect(ten.expected).to.be.closeTo((0.05 + 0.85 + 0.4) / 3, 1e-15);
    expect(ten.maximum).to.be.closeTo(0.85, 1e-15);
  });

  it('refuse arguments that do not fit', () => {
    expect(() => topK([1, 2, 3], [0, 1])).to.throw(OneirosError, /3 scores .* 2 examples/);
    expect(() => topK([1, 2], [0], 3)).to.throw(OneirosError, /1 to 2/);
    expect(() => topK([1, 2], [2])).to.throw(OneirosError, /example 0 is 2/);
    expect(() => topK([], [])).to.throw(OneirosError);
    expect(() => calibration([3, -1], [0])).to.throw(OneirosError, /class 0 in row 0 is 3/);
  });
});
