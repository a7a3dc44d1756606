import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { mask } from '../../lib/metrics/masks/mask.js';
import { boxToRle, polygonToRle } from '../../lib/metrics/masks/polygon.js';
import { decodeRle, encodeRle, mergeRle, rle, rleArea, rleBox, rleIou } from '../../lib/metrics/masks/rle.js';
import { rleFromString, rleToString } from '../../lib/metrics/masks/rle-string.js';
import { random as seeded } from '../../lib/tensor/random.js';
import { cases, numbers } from './golden.js';

describe('Run-length masks', () => {
  it('run down the columns, background first', () => {
    // . #
    // # #   columns: (., #), (#, #)
    const image = mask({ width: 2, height: 2 }, Uint8Array.of(0, 1, 1, 1));
    expect([...encodeRle(image).counts]).to.deep.equal([1, 3]);
    const corner = mask({ width: 3, height: 2 }, Uint8Array.of(1, 0, 0, 1, 0, 1));
    expect([...encodeRle(corner).counts]).to.deep.equal([0, 2, 3, 1]);
    expect(decodeRle(encodeRle(corner))).to.deep.equal(corner);
  });

  it('have an area and a box', () => {
    const runs = rle({ width: 3, height: 4 }, [5, 2, 5]); // rows 1 and 2 of column 1
    expect(rleArea(runs)).to.equal(2);
    expect(rleBox(runs)).to.deep.equal([1, 1, 1, 2]);
    expect(rleBox(rle({ width: 3, height: 4 }, [3, 2, 7]))).to.deep.equal([0, 0, 2, 4]);
    expect(rleBox(rle({ width: 3, height: 4 }, [12]))).to.deep.equal([0, 0, 0, 0]);
  });

  it('equal those of pycocotools for polygons, merges, comparisons and strings', () => {
    for (const { size, polygon, counts, area, box, other, union, intersection, iou, crowdIou } of cases(
      'rle',
    )) {
      const [height, width] = numbers(size);
      const shape = { width: width!, height: height! };
      const a = polygonToRle(numbers(polygon), shape);
      const b = rleFromString(shape, String(other));
      expect(rleToString(a)).to.equal(counts);
      expect(rleToString(b)).to.equal(other);
      expect(rleFromString(shape, rleToString(a))).to.deep.equal(a);
      expect(rleArea(a)).to.equal(area);
      expect(rleBox(a)).to.deep.equal(box);
      expect(rleToString(mergeRle([a, b]))).to.equal(union);
      expect(rleToString(mergeRle([a, b], 'intersection'))).to.equal(intersection);
      expect(rleIou(a, b)).to.equal(iou);
      expect(rleIou(a, b, true)).to.equal(crowdIou);
    }
  });

  it('do not change when encoded and decoded', () => {
    const random = seeded(5);
    for (let i = 0; i < 50; i++) {
      const size = {
        width: 1 + Math.floor(random.uniform() * 20),
        height: 1 + Math.floor(random.uniform() * 20),
      };
      const share = random.uniform();
      const image = mask(
        size,
        Uint8Array.from({ length: size.width * size.height }, () => (random.uniform() < share ? 1 : 0)),
      );
      const runs = encodeRle(image);
      expect(decodeRle(runs)).to.deep.equal(image);
      expect(rleFromString(size, rleToString(runs))).to.deep.equal(runs);
      expect(rleArea(runs)).to.equal(image.data.reduce((sum, value) => sum + value, 0));
    }
  });

  it('of a box with whole sides contain exactly its pixels', () => {
    expect([...boxToRle([1, 1, 2, 1], { width: 4, height: 3 }).counts]).to.deep.equal([4, 1, 2, 1, 4]);
  });

  for (const [what, make, message] of [
    ['too few runs', () => rle({ width: 2, height: 2 }, [1, 2]), /add up to 3 pixels.*2×2 has 4/],
    ['a negative run', () => rle({ width: 2, height: 2 }, [5, -1]), /run 1 .* is -1/],
    ['a strange character', () => rleFromString({ width: 1, height: 1 }, '0 '), /character 1 \(" "\)/],
    ['an unfinished number', () => rleFromString({ width: 1, height: 1 }, 'P'), /middle of a number/],
    ['an endless number', () => rleFromString({ width: 1, height: 1 }, 'o'.repeat(99)), /character 7/],
    ['a huge mask', () => rle({ width: 1e6, height: 1e6 }, [1e12]), /over the limit/],
    ['half a size', () => rle({ width: 0.5, height: 2 }, [1]), /whole numbers/],
    ['two points', () => polygonToRle([0, 0, 1, 1], { width: 2, height: 2 }), /three x, y pairs/],
    ['a point at NaN', () => polygonToRle([0, 0, 1, 1, NaN, 1], { width: 2, height: 2 }), /point 2 .*NaN/],
    ['a point far away', () => polygonToRle([0, 0, 1e9, 1, 1, 1], { width: 2, height: 2 }), /point 1/],
    ['no masks', () => mergeRle([]), /masks is empty/],
  ] as const)
    it(`refuse ${what}`, () => {
      expect(make).to.throw(OneirosError, message);
    });
});
