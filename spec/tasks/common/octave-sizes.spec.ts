import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { octaveSizes } from '../../../lib/tasks/common/octave-sizes.js';

describe('octaveSizes', () => {
  it('divides the picture by powers of the scale, the smallest size first', () => {
    expect(octaveSizes({ width: 512, height: 384 }, 4, 1.4)).to.deep.equal([
      { width: 187, height: 140 },
      { width: 261, height: 196 },
      { width: 366, height: 274 },
      { width: 512, height: 384 },
    ]);
  });

  it('returns no size below the minimum', () => {
    expect(octaveSizes({ width: 80, height: 40 }, 3, 2, 32)).to.deep.equal([
      { width: 64, height: 32 },
      { width: 64, height: 32 },
      { width: 80, height: 40 },
    ]);
  });

  it('refuses a picture below the minimum', () => {
    expect(() => octaveSizes({ width: 100, height: 10 }, 4, 1.4, 32)).to.throw(
      OneirosError,
      '100×10 is too small',
    );
  });
});
