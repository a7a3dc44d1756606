import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
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
