import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { blend } from '../../lib/image/color/blend.js';
import { gaussianBlur } from '../../lib/image/color/blur.js';
import { warp, zoom } from '../../lib/image/geometry/affine.js';
import { centerCrop, crop } from '../../lib/image/geometry/crop.js';
import { flip } from '../../lib/image/geometry/flip.js';
import { letterbox } from '../../lib/image/geometry/letterbox.js';
import { pad } from '../../lib/image/geometry/pad.js';
import { paste } from '../../lib/image/geometry/paste.js';
import { cropWrapped } from '../../lib/image/geometry/wrap.js';
import { image, planes, solid } from '../../lib/image/image.js';
import { expectClose } from './expect.js';
import reference from './golden/geometry.json' with { type: 'json' };

const picture = image(reference, Float32Array.from(reference.data));
const counting = planes(1, { width: 3, height: 2 }, Float32Array.of(1, 2, 3, 4, 5, 6));

describe('geometry', () => {
  it('crops, and rejects a crop outside the picture', () => {
    expect([...crop(counting, { x: 1, y: 0, width: 2, height: 2 }).data]).to.deep.equal([2, 3, 5, 6]);
    expect(() => crop(counting, { x: 2, y: 0, width: 2, height: 2 })).to.throw('cannot crop 2×2 at (2, 0)');
    expectClose(centerCrop(picture, reference.centerCrop).data, reference.centerCrop.result, 1e-8);
  });

  it('pads with a constant, the edge or the mirror image', () => {
    const padded = pad(counting, { left: 1, top: 0, right: 0, bottom: 1 }, 9);
    expect([...padded.data]).to.deep.equal([9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9]);
    for (const border of ['replicate', 'reflect'] as const)
      expectClose(
        pad(picture, { left: 3, right: 1, top: 2, bottom: 4 }, border).data,
        reference.pads[border],
        1e-7,
      );
    expect([
      ...pad(
        planes(1, { width: 1, height: 1 }, Float32Array.of(7)),
        { left: 2, top: 0, right: 1, bottom: 0 },
        'reflect',
      ).data,
    ]).to.deep.equal([7, 7, 7, 7]);
    expect(() => pad(counting, { left: -1, top: 0, right: 0, bottom: 0 })).to.throw('margins');
  });

  it('letterboxes the whole picture into the upper left corner, with sides rounded down', () => {
    const { image: boxed, scale } = letterbox(
      solid({ width: 4, height: 3 }, [1, 0, 0]),
      { width: 6, height: 6 },
      0.25,
    );
    expect(scale).to.equal(1.5);
    const rest = Array<number>(12).fill(0.25);
    expect([...boxed.data.subarray(0, 36)]).to.deep.equal([...Array<number>(24).fill(1), ...rest]);
    expect([...boxed.data.subarray(36, 72)]).to.deep.equal([...Array<number>(24).fill(0), ...rest]);
  });

  it('pastes times a factor, and rejects a paste that does not fit', () => {
    const target = planes(1, { width: 4, height: 3 });
    paste(target, counting, 1, 1, 2);
    expect([...target.data]).to.deep.equal([0, 0, 0, 0, 0, 2, 4, 6, 0, 8, 10, 12]);
    expect(() => paste(target, counting, 2, 1)).to.throw(OneirosError, 'cannot paste 3×2 at (2, 1) into 4×3');
    expect(() => paste(target, counting, 0, -1)).to.throw(OneirosError, 'cannot paste');
  });

  it('crops around the edges, at any position and of any size', () => {
    const shifted = (x: number, y: number) => [...cropWrapped(counting, { ...counting, x, y }).data];
    expect(shifted(-1, 0)).to.deep.equal([3, 1, 2, 6, 4, 5]);
    expect(shifted(0, -1)).to.deep.equal([4, 5, 6, 1, 2, 3]);
    expect(shifted(302, -7)).to.deep.equal(shifted(-1, -1));
    const part = { x: 1, y: 0, width: 2, height: 2 };
    expect(cropWrapped(counting, part).data).to.deep.equal(crop(counting, part).data);
    const wide = cropWrapped(counting, { x: 2, y: 1, width: 5, height: 1 });
    expect([...wide.data]).to.deep.equal([6, 4, 5, 6, 4]);
    const there = cropWrapped(picture, { ...picture, x: -5, y: 4 });
    expect(cropWrapped(there, { ...picture, x: 5, y: -4 }).data).to.deep.equal(picture.data);
  });

  it('writes a crop around the edges into given memory', () => {
    const memory = new Float32Array(2);
    cropWrapped(counting, { x: 2, y: 0, width: 2, height: 1 }, memory);
    expect([...memory]).to.deep.equal([3, 1]);
    expect(() => cropWrapped(counting, { x: 0, y: 0, width: 3, height: 1 }, memory)).to.throw(OneirosError);
  });

  it('flips', () => {
    expect([...flip(counting, 'horizontal').data]).to.deep.equal([3, 2, 1, 6, 5, 4]);
    expect([...flip(counting, 'vertical').data]).to.deep.equal([4, 5, 6, 1, 2, 3]);
  });

  for (const { factor, rotation, result } of reference.zooms)
    it(`zooms by ${factor} and turns by ${rotation}° like torch's grid_sample`, () => {
      expectClose(zoom(picture, factor, { rotation }).data, result, 1e-6);
    });

  it('warps with the given border', () => {
    const shifted = warp(counting, [1, 0, 1, 0, 1, 0], counting, 0);
    expect([...shifted.data]).to.deep.equal([2, 3, 0, 5, 6, 0]);
    expect([...warp(counting, [1, 0, 1, 0, 1, 0], counting, 'reflect').data]).to.deep.equal([
      2, 3, 2, 5, 6, 5,
    ]);
    expect(() => zoom(counting, 0)).to.throw('zoom factor');
    expect(() => warp(counting, [1, 0, NaN, 0, 1, 0])).to.throw('six finite numbers');
  });

  for (const { sigma, radius, result } of reference.blurs)
    it(`blurs by σ ${sigma} like torchvision`, () => {
      expectClose(gaussianBlur(picture, sigma, radius).data, result, 1e-6);
    });

  it('blurs by any σ, even wider than the image', () => {
    expect(gaussianBlur(picture, 0).data).to.deep.equal(picture.data);
    const flat = solid({ width: 3, height: 2 }, [0.3, 0.3, 0.3]);
    expectClose(gaussianBlur(flat, 20).data, flat.data, 1e-6);
    expect(() => gaussianBlur(picture, -1)).to.throw('σ ≥ 0');
  });

  it('blends uniformly and by a plane', () => {
    const [black, white] = [
      solid({ width: 2, height: 1 }, [0, 0, 0]),
      solid({ width: 2, height: 1 }, [1, 1, 1]),
    ];
    expect([...blend(black, white, 0.25).data]).to.deep.equal(Array(6).fill(0.25));
    const mask = planes(1, black, Float32Array.of(0, 0.5));
    expect([...blend(black, white, mask).data]).to.deep.equal([0, 0.5, 0, 0.5, 0, 0.5]);
    expect(() => blend(black, picture, 1)).to.throw('2×1 and 9×6');
  });
});
