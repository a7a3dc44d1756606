import { expect } from 'chai';

import { roundHalfToEven } from '../../lib/base/round.js';

// [x, numpy.rint(x)], NumPy 2
const rounded: readonly (readonly [number, number])[] = [
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [3.5, 4],
  [-0.5, -0],
  [-1.5, -2],
  [-2.5, -2],
  [-3.5, -4],
  [-0.3, -0],
  [-0.7, -1],
  [0.49999999999999994, 0],
  [-0.49999999999999994, -0],
  [2.4999999999999996, 2],
  [1023.5, 1024],
  [4503599627370495.5, 4503599627370496],
  [4503599627370494.5, 4503599627370494],
  [4503599627370497, 4503599627370497],
  [-4503599627370495.5, -4503599627370496],
  [1e300, 1e300],
  [0, 0],
  [-0, -0],
  [Infinity, Infinity],
  [-Infinity, -Infinity],
  [NaN, NaN],
];

describe('rounding half to even', () => {
  for (const [x, result] of rounded)
    it(`of ${Object.is(x, -0) ? '-0' : x} equals NumPy's`, () => {
      expect(Object.is(roundHalfToEven(x), result), String(roundHalfToEven(x))).to.equal(true);
    });
});
