import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import {
  accuracy,
  addLabels,
  classScores,
  confusionMatrix,
  meanIou,
} from '../../lib/metrics/classification/confusion.js';
import { boundaryIou, innerBoundary } from '../../lib/metrics/masks/boundary.js';
import { type Mask, mask, maskAccuracy, maskDice, maskIou } from '../../lib/metrics/masks/mask.js';

/** A mask drawn in characters, `#` for the object. */
function drawn(...rows: string[]): Mask {
  const data = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0));
  return mask({ width: rows[0]!.length, height: rows.length }, data);
}

describe('Masks', () => {
  const a = drawn('##..', '##..');
  const b = drawn('.##.', '.##.');

  it('have the overlaps worked by hand: 2 of 6 pixels in common, 4 of 8 equal', () => {
    expect(maskIou(a, b)).to.equal(2 / 6);
    expect(maskDice(a, b)).to.equal(4 / 8);
    expect(maskAccuracy(a, b)).to.equal(4 / 8);
  });

  it('agree if both are empty', () => {
    const empty = drawn('....', '....');
    expect([
      maskIou(empty, empty),
      maskDice(empty, empty),
      maskIou(a, empty),
      maskDice(a, empty),
    ]).to.deep.equal([1, 1, 0, 0]);
  });

  it('must have the same size, and exactly the data for it', () => {
    expect(() => maskIou(a, drawn('#'))).to.throw(OneirosError, /same size, not 4×2 and 1×1/);
    expect(() => mask({ width: 2, height: 2 }, new Uint8Array(3))).to.throw(OneirosError, /4 values, not 3/);
    expect(() => mask({ width: 2 ** 15, height: 2 ** 14 })).to.throw(OneirosError, /over the limit/);
  });

  it('have a boundary of the given width, also at the image edge', () => {
    const square = drawn('......', '.#####', '.#####', '.#####', '.#####', '.#####');
    const ring = innerBoundary(square, { dilationRatio: 0.12 }); // .12 · √72 is one pixel
    expect(ring).to.deep.equal(drawn('......', '.#####', '.#...#', '.#...#', '.#...#', '.#####'));
  });

  it('have a boundary IoU that is lower than the IoU for a wrong boundary', () => {
    const large = mask({ width: 100, height: 100 }, new Uint8Array(10_000).fill(1));
    const inner = mask(
      large,
      large.data.map((_, i) => (i % 100 > 3 && i % 100 < 96 && i > 400 && i < 9600 ? 1 : 0)),
    );
    expect(maskIou(large, inner)).to.be.closeTo(0.8463, 1e-4);
    expect(boundaryIou(large, inner)).to.equal(0); // rings three pixels wide, four apart
    expect(boundaryIou(large, large)).to.equal(1);
  });
});

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
