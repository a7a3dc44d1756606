import { expect } from 'chai';

import { cropWrapped } from '../../../lib/image/geometry/wrap.js';
import { image, planes } from '../../../lib/image/image.js';
import { climb } from '../../../lib/tasks/dream/climb.js';
import { random } from '../../../lib/tensor/random.js';

const size = { width: 7, height: 5 };
const source = random(4);
const picture = image(
  size,
  Float32Array.from({ length: 105 }, () => source.uniform()),
);
const direction = planes(
  3,
  size,
  Float32Array.from({ length: 105 }, () => source.normal()),
);

describe('climb', () => {
  it('moves the shifted picture along the direction, clamps it and shifts it back, to the last bit', () => {
    for (const [x, y] of [
      [0, 0],
      [3, -2],
      [-8, 11],
    ] as const) {
      const moved = cropWrapped(picture, { ...size, x: -x, y: -y });
      const step = direction.data.map((value) => value * 0.7);
      moved.data.forEach((value, i) => {
        moved.data[i] = Math.min(1, Math.max(0, Math.fround(value + 0.4 * step[i]!)));
      });
      const expected = cropWrapped(moved, { ...size, x, y });
      const climbed = image(size, picture.data.slice());
      climb(climbed, { planes: direction, scale: 0.7 }, 0.4, { x, y });
      expect(climbed.data).to.deep.equal(expected.data);
    }
  });

  it('keeps NaN, and has no negative zeros', () => {
    const three = image({ width: 1, height: 1 }, Float32Array.of(NaN, 0, 0.5));
    const up = planes(3, { width: 1, height: 1 }, Float32Array.of(1, -0, Infinity));
    climb(three, { planes: up, scale: 1 }, 1, { x: 0, y: 0 });
    expect([...three.data]).to.deep.equal([NaN, 0, 1]);
    expect(Object.is(three.data[1], 0)).to.equal(true);
  });
});
