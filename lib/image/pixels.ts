import { check } from '../base/arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { type Image, image, plane, type Size } from './image.js';

/** How a picture lies in its file (EXIF and TIFF tag 274): 1 upright, 2–4 mirrored or upside down, 5–8 on its side. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * Interleaved pixels as decoders give and encoders take them: red, green, blue, alpha (not premultiplied), rows from
 * the top; full scale is 255 in 8 bits, 65535 in 16, 1 in floats.
 */
export interface Pixels extends Size {
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array;
}

/** What a picture file stores of its pixels: never scaled, cut down or looked up in a palette. */
export interface Samples extends Size {
  /** What the first numbers of a pixel are: the index of a palette's color, a gray value, or red, green and blue. */
  readonly kind: 'palette' | 'gray' | 'rgb';
  /** Of each number: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  /** Numbers a pixel: 1 or, of RGB, 3; one more where there is an alpha, which comes last. */
  readonly channels: number;
  /** The pixels' numbers one after another, rows from the top. */
  readonly data: Uint8Array | Uint16Array;
  /** Red, green, blue in 8 bits for each index; empty where there is no palette. */
  readonly palette: Uint8Array;
}

/** The same as they lie in a file. */
export interface TurnedSamples extends Samples {
  readonly orientation: Orientation;
}

/** What shows through where a picture is transparent: red, green, blue in [0, 1]. */
export type Background = readonly [number, number, number];
export const white: Background = [1, 1, 1];

/**
 * The picture of interleaved RGBA pixels, laid over the background (in sRGB values, as browsers do).
 * @throws OneirosError `bad-argument` if the data does not fill the size
 */
export function fromPixels(pixels: Pixels, background: Background = white): Image {
  check('fromPixels', { pixels: [pixels, kind.pixels], background: [background, kind.background] });
  const { width, height, data } = pixels;
  const area = width * height;
  if (data.length !== 4 * area)
    throw new OneirosError(
      'bad-argument',
      `${width}×${height} RGBA pixels are ${4 * area} values, not ${data.length}`,
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

/** The opaque 8-bit RGBA pixels of a picture: clamped to [0, 1], rounded half up; NaN becomes 0. */
export function toPixels(picture: Image): Size & { readonly data: Uint8ClampedArray<ArrayBuffer> } {
  check('toPixels', { picture: [picture, kind.image] });
  const { width, height, data } = picture;
  const area = width * height;
  const pixels = new Uint8ClampedArray(4 * area).fill(255);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < area; i++) {
      // Clamping and NaN → 0 are what a Uint8ClampedArray does; but it rounds half to even.
      pixels[4 * i + c] = Math.floor(data[c * area + i]! * 255 + 0.5);
    }
  return { width, height, data: pixels };
}
