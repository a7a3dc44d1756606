import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { type BoxMeasure, boxOverlap, boxOverlaps } from '../../lib/metrics/boxes/boxes.js';
import { golden, isObject, numbers } from './golden.js';

const measures: readonly BoxMeasure[] = ['iou', 'giou', 'diou', 'ciou'];

describe('Overlap of boxes', () => {
  it('equals the values computed by hand', () => {
    // 4×4 and 4×2 boxes that share 2×2: 4 / (16 + 8 − 4); the hull is 6×4; centers (2, 2), (4, 3); diagonal² 52
    const [a, b] = [
      [0, 0, 4, 4],
      [2, 2, 6, 4],
    ] as const;
    expect(boxOverlap(a, b)).to.equal(0.2);
    expect(boxOverlap(a, b, { measure: 'giou' })).to.be.closeTo(0.2 - 4 / 24, 1e-15);
    expect(boxOverlap(a, b, { measure: 'diou' })).to.be.closeTo(0.2 - 5 / 52, 1e-15);
    const v = (4 / Math.PI ** 2) * (Math.atan(1) - Math.atan(2)) ** 2;
    expect(boxOverlap(a, b, { measure: 'ciou' })).to.be.closeTo(0.2 - 5 / 52 - (v * v) / (0.8 + v), 1e-15);
  });

  it('is 1 for a box and itself, at most 0 without contact, and 0 without area', () => {
    for (const measure of measures) {
      expect(boxOverlap([1, 2, 5, 9], [1, 2, 5, 9], { measure })).to.equal(1);
      expect(boxOverlap([0, 0, 1, 1], [2, 0, 3, 1], { measure })).to.be.at.most(0);
      expect(boxOverlap([1, 1, 1, 1], [1, 1, 1, 1], { measure })).to.equal(0);
    }
  });

  it("equals torchvision's, pair by pair", () => {
    const file = golden('boxes');
    if (!isObject(file)) throw new Error('boxes.json is not an object');
    const flat = (value: unknown) => (Array.isArray(value) ? value.flatMap(numbers) : []);
    for (const measure of measures)
      boxOverlaps(flat(file['a']), flat(file['b']), { measure, form: 'xywh' }).forEach((value, i) =>
        expect(value).to.be.closeTo(numbers(file[measure])[i]!, 1e-6),
      );
  });

  it('refuses invalid boxes', () => {
    expect(() => boxOverlaps([0, 0, 1], [])).to.throw(OneirosError, /multiple of 4/);
    expect(() => boxOverlaps([0, 0, 1, 1, 3, 0, 2, 1], [])).to.throw(
      OneirosError,
      /box 1 is \[3, 0, 2, 1\] \(xyxy\)/,
    );
    expect(() => boxOverlaps([0, 0, NaN, 1], [], { form: 'xywh' })).to.throw(
      OneirosError,
      /box 0 is \[0, 0, NaN, 1\]/,
    );
    expect(() => boxOverlaps(new Float32Array(4 * 30_000), new Float32Array(4 * 30_000))).to.throw(
      /in parts/,
    );
  });
});
