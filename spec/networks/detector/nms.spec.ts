import { expect } from 'chai';

import type { Box } from '../../../lib/networks/detector/detector.js';
import { nms, nmsByClass } from '../../../lib/networks/detector/nms.js';

describe('non-maximum suppression', () => {
  const boxes: Box[] = [
    [0, 0, 10, 10],
    [0, 0, 10, 8], // IoU .8 with the first
    [5, 0, 15, 10], // IoU 1/3 with the first
    [20, 20, 30, 30],
  ];

  it('keeps the best of overlapping boxes', () => {
    expect(nms(boxes, [0.5, 0.9, 0.3, 0.1], 0.5)).to.deep.equal([1, 2, 3]);
    expect(nms(boxes, [0.5, 0.9, 0.3, 0.1], 0.81)).to.deep.equal([1, 0, 2, 3]);
    expect(nms(boxes, [0.9, 0.5, 0.3, 0.1], 0.3)).to.deep.equal([0, 3]);
    expect(nms([], [], 0.5)).to.deep.equal([]);
  });
  it('keeps the earlier of two boxes with equal scores', () => {
    expect(nms(boxes.slice(0, 2), [0.5, 0.5], 0.5)).to.deep.equal([0]);
  });
  it('does not compare boxes of different classes', () => {
    const found = boxes.map((box, i) => ({ box, score: 1 - i / 10, labelId: i % 2 }));
    expect(nmsByClass(found, 0.5)).to.deep.equal(found);
    expect(nmsByClass(found, 0.3).map(({ score }) => score)).to.deep.equal([1, 0.9, 0.7]);
  });
  it('names the argument that is wrong', () => {
    expect(() => nms(boxes, [1], 0.5)).to.throw('4 boxes and 1 scores');
    expect(() => nms(boxes, [1, 1, 1, 1], 1.5)).to.throw('[0, 1]');
    expect(() => nms([[3, 0, 1, 1]], [1], 0.5)).to.throw('box 0');
  });
});
