import { expect } from 'chai';

import { type Filter, resize, scaledSize } from '../../lib/image/geometry/resize.js';
import { image, planes } from '../../lib/image/image.js';
import { expectClose } from './expect.js';
import reference from './golden/resize.json' with { type: 'json' };

const filters: readonly Filter[] = ['nearest', 'area', 'bilinear', 'bicubic', 'lanczos3'];
const plane = planes(1, reference, Float32Array.from(reference.data));

describe('resize', () => {
  for (const filter of filters)
    for (const { antialias, by, width, height, result } of reference.cases.filter((c) => c.filter === filter))
      it(`returns ${by}'s values: ${filter}${antialias ? ', antialiased' : ''}, to ${width}×${height}`, () => {
        expectClose(resize(plane, { width, height }, { filter, antialias }).data, result, 1e-6);
      });

  it('doubles two pixels to hand-computed quarters', () => {
    const { data } = resize(planes(1, { width: 2, height: 1 }, Float32Array.of(0, 1)), {
      width: 4,
      height: 1,
    });
    expect([...data]).to.deep.equal([0, 0.25, 0.75, 1]);
  });

  it('keeps a constant with every filter, and keeps channels separate', () => {
    const source = image({ width: 9, height: 5 });
    [0.2, 0.5, 0.7].forEach((value, c) => source.data.fill(value, c * 45, (c + 1) * 45));
    for (const filter of filters) {
      const { data } = resize(source, { width: 4, height: 11 }, { filter });
      for (let c = 0; c < 3; c++)
        expectClose(
          data.subarray(c * 44, (c + 1) * 44),
          new Float32Array(44).fill(source.data[c * 45]!),
          1e-6,
        );
    }
  });

  it('returns a copy even at the same size', () => {
    const same = resize(plane, plane);
    expect(same.data).to.deep.equal(plane.data);
    expect(same.data).not.to.equal(plane.data);
  });

  it('rejects sizes that are not positive integers', () => {
    for (const width of [0, -1, 1.5, NaN, Infinity])
      expect(() => resize(plane, { width, height: 3 })).to.throw('whole numbers ≥ 1');
  });

  it('has scaledSize, which scales a size by one side', () => {
    const size = { width: 1024, height: 768 };
    expect(scaledSize(size, 512)).to.deep.equal({ width: 512, height: 384 });
    expect(scaledSize(size, 256, 'shorter')).to.deep.equal({ width: 341, height: 256 });
    expect(scaledSize({ width: 768, height: 1024 }, 256, 'shorter')).to.deep.equal({
      width: 256,
      height: 341,
    });
    expect(scaledSize(size, 100, 'height')).to.deep.equal({ width: 133, height: 100 });
    expect(scaledSize({ width: 1000, height: 1 }, 10)).to.deep.equal({ width: 10, height: 1 });
    expect(() => scaledSize(size, 0)).to.throw('whole number ≥ 1');
  });
});
