import { expect } from 'chai';

import { transferChroma } from '../../lib/image/color/color-transfer.js';
import { colorize, cubehelix, jet } from '../../lib/image/color/colormap.js';
import { mapColors, rgbToYCbCr, yCbCrToRgb } from '../../lib/image/color/colorspace.js';
import { image, planes, solid } from '../../lib/image/image.js';
import { expectClose } from './expect.js';
import reference from './golden/color.json' with { type: 'json' };

const content = image(reference.content, Float32Array.from(reference.content.data));
const style = image(reference.style, Float32Array.from(reference.style.data));
const pixel = (r: number, g: number, b: number) => solid({ width: 1, height: 1 }, [r, g, b]);

describe('color spaces', () => {
  it('give the values of their standards for red, green, blue and white', () => {
    expectClose(mapColors(pixel(1, 0, 0), rgbToYCbCr).data, [0.299, 0.5 - 0.168736, 1], 1e-6);
    expectClose(mapColors(pixel(0, 0, 1), rgbToYCbCr).data, [0.114, 1, 0.5 - 0.081312], 1e-6);
    expectClose(mapColors(pixel(1, 1, 1), rgbToYCbCr).data, [1, 0.5, 0.5], 1e-6);
    expect(mapColors(pixel(0, 1, 0), rgbToYCbCr).data[0]).to.be.closeTo(0.587, 1e-6);
  });

  it('are undone by their inverses', () => {
    expectClose(mapColors(mapColors(content, rgbToYCbCr), yCbCrToRgb).data, content.data, 1e-6);
  });
});

describe('color transfer', () => {
  it('keeps one picture’s luminance and the other’s chroma', () => {
    const [light, dark] = [pixel(0.5, 0.5, 0.5), pixel(0.6, 0.2, 0.2)];
    const result = transferChroma(light, dark);
    expect(mapColors(result, rgbToYCbCr).data[0]).to.be.closeTo(0.5, 1e-6);
    const shift = 0.5 - (0.299 * 0.6 + 0.701 * 0.2);
    expectClose(result.data, [0.6 + shift, 0.2 + shift, 0.2 + shift], 1e-6);
    expect(() => transferChroma(content, style)).to.throw('8×5 but the colors are 4×6');
  });
});

describe('color maps', () => {
  it('have known values at their ends', () => {
    expect(jet(0)).to.deep.equal([0, 0, 0.5]);
    expect(jet(0.5)).to.deep.equal([0.5, 1, 0.5]);
    expect(jet(1)).to.deep.equal([0.5, 0, 0]);
    expect(cubehelix(0)).to.deep.equal([0, 0, 0]);
    expect(cubehelix(1)).to.deep.equal([1, 1, 1]);
    // At ½ the angle is 150°, where cos is −√3/2 and sin ½; the amplitude is ⅛.
    expectClose(cubehelix(0.5), [0.627511, 0.474984, 0.286423], 1e-6);
  });

  it('get steadily lighter with cubehelix', () => {
    const luma = Array.from({ length: 50 }, (_, i) => {
      const [r, g, b] = cubehelix(i / 49);
      return 0.3 * r + 0.59 * g + 0.11 * b;
    });
    expect(luma.every((value, i) => i === 0 || value > luma[i - 1]!)).to.be.true;
  });

  it('color a plane and clamp its values', () => {
    const values = planes(1, { width: 3, height: 1 }, Float32Array.of(-5, 0.5, NaN));
    expect([...colorize(values).data]).to.deep.equal([0, 0.5, 0, 0, 1, 0, 0.5, 0.5, 0.5]);
  });
});
