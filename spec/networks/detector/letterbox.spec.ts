import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { plane, solid } from '../../../lib/image/image.js';
import { letterbox, outOfLetterbox } from '../../../lib/networks/detector/letterbox.js';

describe('A letterbox', () => {
  it('fits a picture into the upper left corner', () => {
    const { image: fitted, scale } = letterbox(
      solid({ width: 8, height: 4 }, [1, 0, 0]),
      { width: 4, height: 4 },
      0.5,
    );
    expect(scale).to.equal(0.5);
    expect([...plane(fitted, 0)]).to.deep.equal([...Array<number>(8).fill(1), ...Array<number>(8).fill(0.5)]);
    expect([...plane(fitted, 1)]).to.deep.equal([...Array<number>(8).fill(0), ...Array<number>(8).fill(0.5)]);
  });
  it('keeps the whole picture in the upper left corner, with sides rounded down', () => {
    const { image: boxed, scale } = letterbox(
      solid({ width: 4, height: 3 }, [1, 0, 0]),
      { width: 6, height: 6 },
      0.25,
    );
    expect(scale).to.equal(1.5);
    const rest = Array<number>(12).fill(0.25);
    expect([...boxed.data.subarray(0, 36)]).to.deep.equal([...Array<number>(24).fill(1), ...rest]);
    expect([...boxed.data.subarray(36, 72)]).to.deep.equal([...Array<number>(24).fill(0), ...rest]);
  });
  it('can be undone for boxes, which are clipped to the picture', () => {
    expect(outOfLetterbox([-1, 1, 2, 4], 0.5, { width: 8, height: 4 })).to.deep.equal([0, 2, 4, 4]);
  });
  it('is no larger than a picture may be', () => {
    const small = solid({ width: 2, height: 4 }, [1, 0, 0]);
    expect(() => letterbox(small, { width: 1e5, height: 1e5 }, 0)).to.throw(OneirosError, 'the limit');
  });
});
