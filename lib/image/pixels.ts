import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { type Image, image, plane, type Size } from './image.js';

/**
 * Interleaved pixels, as decoders return and encoders take them: red, green, blue, alpha (not premultiplied), rows from
 * the top. Full scale is 255 in 8 bits, 65535 in 16 bits and 1 in floats.
 */
export interface Pixels extends Size {
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array;
}

/** The values that a picture file stores: not scaled, not reduced in depth, not looked up in a palette. */
export interface Samples extends Size {
  /** What the first channels are: a palette index, a gray value, or red, green and blue. */
  readonly kind: 'palette' | 'gray' | 'rgb';
  /** Bits per channel: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  /** Channels per pixel: 1, or 3 for RGB; one more if there is alpha, which comes last. */
  readonly channels: number;
  /** Interleaved values, rows from the top. */
  readonly data: Uint8Array | Uint16Array;
  /** Red, green, blue in 8 bits for each index; empty without a palette. */
  readonly palette: Uint8Array;
}

/** The color behind transparent pixels: red, green, blue in [0, 1]. */
export type Background = readonly [number, number, number];
export const white: Background = [1, 1, 1];

/**
 * Interleaved RGBA pixels as a picture, composited over the background (in sRGB values, as browsers do).
 * @param background white by default
 * @throws OneirosError `bad-argument` if the data does not fill the size
 */
export function fromPixels(pixels: Pixels, background: Background = white): Image {
  check('fromPixels', { pixels: [pixels, kind.pixels], background: [background, kind.background] });
  const { width, height, data } = pixels;
  const area = width * height;
  if (data.length !== 4 * area)
    throw new OneirosError(
      'bad-argument',
      `${width}×${height} RGBA pixels have ${4 * area} values, not ${data.length}`,
    );
  const fullScale = data instanceof Float32Array ? 1 : data instanceof Uint16Array ? 65535 : 255;
  const picture = image({ width, height });
  for (let c = 0; c < 3; c++) {
    const target = plane(picture, c);
    const behind = background[c]!;
    for (let i = 0; i < area; i++) {
      const value = data[4 * i + c]! / fullScale;
      const alpha = data[4 * i + 3]! / fullScale;
      target[i] = alpha === 1 ? value : behind + (value - behind) * alpha;
    }
  }
  return picture;
}

/** A picture as opaque 8-bit RGBA pixels. Values are clamped to [0, 1] and rounded half up; NaN becomes 0. */
export function toPixels(picture: Image): Size & { readonly data: Uint8ClampedArray<ArrayBuffer> } {
  check('toPixels', { picture: [picture, kind.image] });
  const { width, height, data } = picture;
  const area = width * height;
  const pixels = new Uint8ClampedArray(4 * area).fill(255);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < area; i++) {
      // A Uint8ClampedArray clamps and turns NaN into 0, but would round half to even.
      pixels[4 * i + c] = Math.floor(data[c * area + i]! * 255 + 0.5);
    }
  return { width, height, data: pixels };
}
