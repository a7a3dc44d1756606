import { expect } from 'chai';

import { decodeBox, encodeBox } from '../../../lib/networks/detector/anchor-offsets.js';
import { boxIou, generalizedBoxIou } from '../../../lib/networks/detector/box-iou.js';
import type { Box } from '../../../lib/networks/detector/detector.js';

describe('Geometry of boxes', () => {
  it('gives overlaps', () => {
    expect(boxIou([0, 0, 2, 2], [1, 1, 3, 3])).to.be.closeTo(1 / 7, 1e-12);
    expect(generalizedBoxIou([0, 0, 2, 2], [1, 1, 3, 3])).to.be.closeTo(1 / 7 - 2 / 9, 1e-12);
  });
  it('encodes boxes by an anchor, and decodes them', () => {
    const anchor: Box = [0, 0, 10, 20];
    const box: Box = [5, 0, 15, 40];
    expect(encodeBox(box, anchor)).to.deep.equal([0.5, 0.5, 0, Math.log(2)]);
    expect(encodeBox(box, anchor, [10, 10, 5, 5])).to.deep.equal([5, 5, 0, 5 * Math.log(2)]);
    const weights = [10, 10, 5, 5] as const;
    decodeBox(encodeBox(box, anchor, weights), anchor, weights).forEach((edge, i) =>
      expect(edge).to.be.closeTo(box[i]!, 1e-9),
    );
    expect(decodeBox([0, 0, 100, 0], [0, 0, 16, 16])[2]).to.be.closeTo(8 + 500, 1e-9);
    expect(() => encodeBox([0, 0, 0, 1], anchor)).to.throw('width and height over 0');
  });
});
