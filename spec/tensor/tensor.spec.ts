import { expect } from 'chai';

import { random } from '../../lib/tensor/random.js';
import { halfToNumber, int64, numberToHalf, tensor, toNumbers } from '../../lib/tensor/tensor.js';

describe('a tensor', () => {
  it('rejects data that does not fill its dimensions', () => {
    expect(() => tensor('float32', new Float32Array(5), [2, 3])).to.throw('[2, 3] has 6 elements, not 5');
    expect(() => tensor('float32', new Float32Array(0), [-1])).to.throw('whole numbers ≥ 0');
  });

  it('reads int64 as numbers', () => {
    expect(toNumbers(int64([1, -2, 3]))).to.deep.equal([1, -2, 3]);
  });

  it('converts half-precision floats: known bit patterns, and every pattern back to itself', () => {
    expect(numberToHalf(1)).to.equal(0x3c00);
    expect(numberToHalf(-2)).to.equal(0xc000);
    expect(numberToHalf(65504)).to.equal(0x7bff);
    expect(numberToHalf(65520)).to.equal(0x7c00);
    expect(numberToHalf(2 ** -24)).to.equal(1);
    expect(numberToHalf(0.1)).to.equal(0x2e66);
    for (let bits = 0; bits < 0x7c00; bits++) expect(numberToHalf(halfToNumber(bits))).to.equal(bits);
  });
});

describe('a random generator', () => {
  it('repeats its numbers for the same seed, not for another, and resumes from a saved state', () => {
    const [a, b, c] = [random(7), random(7), random(8)];
    const first = Array.from({ length: 5 }, () => a.uniform());
    expect(Array.from({ length: 5 }, () => b.uniform())).to.deep.equal(first);
    expect(Array.from({ length: 5 }, () => c.uniform())).not.to.deep.equal(first);
    expect(random(a.state()).uniform()).to.equal(b.uniform());
  });

  it('has the moments of its distributions', () => {
    const r = random(1);
    const n = 100_000;
    const normals = Array.from({ length: n }, () => r.normal());
    const mean = normals.reduce((s, x) => s + x, 0) / n;
    const variance = normals.reduce((s, x) => s + (x - mean) ** 2, 0) / n;
    expect(mean).to.be.closeTo(0, 0.01);
    expect(variance).to.be.closeTo(1, 0.02);
    const dice = Array.from({ length: n }, () => r.integer(1, 6));
    expect(new Set(dice)).to.deep.equal(new Set([1, 2, 3, 4, 5, 6]));
  });
});
