import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { gaussianBlur } from '../../lib/image/color/blur.js';
import { warp } from '../../lib/image/geometry/affine.js';
import { pad } from '../../lib/image/geometry/pad.js';
import { resize } from '../../lib/image/geometry/resize.js';
import {
  copy,
  fromTensor,
  image,
  plane,
  planes,
  planesFromTensor,
  solid,
  toTensor,
} from '../../lib/image/image.js';
import { fromPixels, toPixels } from '../../lib/image/pixels.js';
import { float32 } from '../../lib/tensor/tensor.js';

describe('image', () => {
  it('converts to a 1×3×H×W tensor and back without a copy', () => {
    const picture = image({ width: 4, height: 2 });
    const tensor = toTensor(picture);
    expect(tensor.dims).to.deep.equal([1, 3, 2, 4]);
    expect(tensor.data).to.equal(picture.data);
    expect(fromTensor(tensor)).to.deep.equal(picture);
    expect(fromTensor(tensor).data).to.equal(picture.data);
  });

  it('rejects data and tensors that do not fit', () => {
    expect(() => image({ width: 2, height: 2 }, new Float32Array(11))).to.throw('have 12 values, not 11');
    expect(() => image({ width: 0, height: 2 })).to.throw('whole numbers ≥ 1');
    expect(() => planes(0, { width: 1, height: 1 })).to.throw('channels');
    expect(() => fromTensor(float32(new Float32Array(8), [1, 2, 2, 2]))).to.throw('this tensor has 2');
    expect(() => planesFromTensor(float32(new Float32Array(8), [2, 1, 2, 2]))).to.throw('[2, 1, 2, 2]');
  });

  it('rejects sizes over the limit before memory is allocated', () => {
    const large = { width: 1e6, height: 1e6 };
    const message = '3 planes of 1000000×1000000 pixels take 12000.0 GB, and the limit is 8.6 GB';
    expect(() => image(large))
      .to.throw(OneirosError, message)
      .with.property('code', 'too-large');
    const small = solid({ width: 2, height: 4 }, [1, 0, 0]);
    expect(() => resize(small, large)).to.throw(OneirosError, 'the limit is 8.6 GB');
    // The result is small, but the intermediate planes are too large.
    const tall = planes(1, { width: 1, height: 1e5 });
    expect(() => resize(tall, { width: 1e6, height: 1 })).to.throw(OneirosError, '1000000×100000 pixels');
    expect(() => pad(small, { left: 1e9, top: 1e9, right: 0, bottom: 0 })).to.throw(
      OneirosError,
      'the limit',
    );
    expect(() => warp(small, [1, 0, 0, 0, 1, 0], large)).to.throw(OneirosError, 'the limit');
    expect(() => gaussianBlur(small, 1, 1e9)).to.throw(OneirosError, 'a radius of at most 33554432');
  });

  it('has planes that are views, and copies with separate memory', () => {
    const picture = solid({ width: 2, height: 1 }, [0.25, 0.5, 0.75]);
    expect([...plane(picture, 1)]).to.deep.equal([0.5, 0.5]);
    const other = copy(picture);
    plane(picture, 1)[0] = 1;
    expect(picture.data[2]).to.equal(1);
    expect(other.data[2]).to.equal(0.5);
  });

  it('becomes 8-bit pixels, clamped and rounded half up', () => {
    const red = [-1, 0, 0.5 / 255, 1.4999 / 255, 2.5 / 255, 254.6 / 255, 7, NaN];
    const picture = image({ width: 8, height: 1 });
    picture.data.set(red);
    const { data } = toPixels(picture);
    expect(red.map((_, i) => data[4 * i])).to.deep.equal([0, 0, 1, 1, 3, 255, 255, 0]);
    expect(red.map((_, i) => data[4 * i + 3])).to.deep.equal(Array(8).fill(255));
  });

  it('restores 8-bit pixels exactly', () => {
    const data = Uint8Array.from({ length: 256 * 4 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2));
    expect([...toPixels(fromPixels({ width: 16, height: 16, data })).data]).to.deep.equal([...data]);
  });

  it('is composited over the background where it is transparent', () => {
    const pixels = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 51, 9, 9, 9, 0) };
    const close = (actual: Float32Array, expected: number[]) =>
      expected.forEach((value, i) => expect(actual[i]).to.be.closeTo(value, 1e-6));
    close(fromPixels(pixels).data, [1, 1, 0.8, 1, 0.8, 1]);
    close(fromPixels(pixels, [0, 0, 1]).data, [0.2, 0, 0, 0, 0.8, 1]);
    const deep = { width: 1, height: 1, data: Uint16Array.of(1, 256, 65535, 65535) };
    close(fromPixels(deep).data, [1 / 65535, 256 / 65535, 1]);
    expect(() => fromPixels({ width: 2, height: 2, data: new Uint8Array(4) })).to.throw('16 values, not 4');
  });
});
