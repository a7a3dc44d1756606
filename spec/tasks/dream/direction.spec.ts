import { expect } from 'chai';

import { type Planes, planes } from '../../../lib/image/image.js';
import { type DirectionOptions, stepDirection } from '../../../lib/tasks/dream/direction.js';
import { normalizeLaplacian } from '../../../lib/tasks/dream/laplacian.js';
import { random } from '../../../lib/tensor/random.js';

const plain = { normalization: 'mean-abs', smooth: 0, cascade: false, laplacian: 0 } as const;

function directionOf(gradient: Planes, options: DirectionOptions): Float32Array {
  const { planes: direction, scale } = stepDirection(gradient, options);
  return direction.data.map((value) => value * scale);
}

function noise(width: number, height: number) {
  const source = random(3);
  return planes(
    1,
    { width, height },
    Float32Array.from({ length: width * height }, () => source.normal()),
  );
}
const rms = (data: Float32Array) => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);

describe('stepDirection', () => {
  const gradient = planes(1, { width: 2, height: 2 }, Float32Array.of(1, -3, 0, 4));

  it('divides the gradient by its mean absolute value', () => {
    expect([...directionOf(gradient, plain)].map((x) => x.toFixed(5))).to.deep.equal([
      '0.50000',
      '-1.50000',
      '0.00000',
      '2.00000',
    ]);
  });

  it('is zero for a gradient that is zero', () => {
    expect([...directionOf(planes(1, { width: 2, height: 1 }), plain)]).to.deep.equal([0, 0]);
  });

  it('smooths before it normalizes, once or in a cascade', () => {
    const source = noise(32, 32);
    const roughness = (data: Float32Array) =>
      data.reduce((sum, x, i) => sum + Math.abs(x - (data[i - 1] ?? x)), 0);
    const single = directionOf(source, { ...plain, smooth: 2 });
    const cascade = directionOf(source, { ...plain, smooth: 2, cascade: true });
    expect(roughness(single)).to.be.below(roughness(cascade));
    expect(roughness(cascade)).to.be.below(roughness(directionOf(source, plain)));
    expect(single.reduce((sum, x) => sum + Math.abs(x), 0) / 1024).to.be.closeTo(1, 1e-5);
  });
});

describe('normalizeLaplacian', () => {
  it('divides by the root mean square at level 0', () => {
    expect(rms(normalizeLaplacian(noise(16, 12), 0).data)).to.be.closeTo(1, 1e-5);
  });

  it('raises a weak coarse pattern to the strength of a strong fine one', () => {
    const size = { width: 64, height: 64 };
    const wave = (x: number) => Math.sin((2 * Math.PI * x) / 64);
    const both = planes(
      1,
      size,
      Float32Array.from({ length: 64 * 64 }, (_, i) => 0.01 * wave(i % 64) + ((i % 64) % 2 ? 1 : -1)),
    );
    const share = (data: Float32Array) => {
      const coarse = data.reduce((sum, value, i) => sum + value * wave(i % 64), 0) / (64 * 32);
      return coarse / rms(data);
    };
    expect(share(both.data)).to.be.closeTo(0.01, 1e-3);
    expect(share(normalizeLaplacian(both, 4).data)).to.be.above(0.2);
  });

  it('accepts planes that are too small for its levels', () => {
    const one = normalizeLaplacian(planes(1, { width: 1, height: 1 }, Float32Array.of(5)), 4);
    expect(one.data[0]).to.be.closeTo(1, 1e-6);
  });
});
