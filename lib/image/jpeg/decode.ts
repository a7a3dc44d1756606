import type { Pixels } from '../pixels.js';
import { inverseDct } from './dct.js';
import type { Component } from './frame.js';
import type { Colors, JpegFile } from './file.js';
import { coefficientsOf, readScan, type Coefficients } from './scan.js';
import { rowReader, type Plane } from './upsample.js';

/**
 * The pixels of a JPEG, as they lie in the file: the numbers that libjpeg makes of it, and so browsers and Pillow. Own
 * code, because jpeg-js (jimp's decoder) repeats subsampled colors instead of interpolating them, which is 90 levels off
 * at edges, and refuses sound files: inks without Adobe's segment, restart intervals in scans of one component.
 * @throws OneirosError `bad-input` if its data is corrupt
 */
export function decodeJpeg(file: JpegFile): Pixels {
  const { width, height } = file;
  const coefficients = coefficientsOf(file);
  for (const scan of file.scans) readScan(scan, file, coefficients);
  const rows = file.components.map((component) => {
    const plane = planeOf(coefficients.get(component)!, file.quantization.get(component)!);
    return rowReader(plane, file.across / component.across, file.down / component.down);
  });
  const data = new Uint8ClampedArray(4 * width * height);
  const samples = rows.map(() => new Uint8ClampedArray(width));
  const write = writers[file.colors];
  for (let y = 0; y < height; y++) {
    rows.forEach((read, c) => {
      read(y, samples[c]!);
    });
    write(samples, data, 4 * y * width);
  }
  return { width, height, data };
}

function planeOf({ component, stride, values }: Coefficients, steps: readonly number[]): Plane {
  const { width, height, columns, rows }: Component = component;
  const data = new Uint8ClampedArray(64 * columns * rows);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      inverseDct(values, 64 * (y * stride + x), steps, data, 64 * y * columns + 8 * x, 8 * columns);
  return { width, height, stride: 8 * columns, data };
}

type Samples = readonly Uint8ClampedArray[];

/** Writes a row of samples as RGBA. */
type Write = (samples: Samples, data: Uint8ClampedArray, to: number) => void;

const writers: Readonly<Record<Colors, Write>> = {
  grey([grey], data, to) {
    for (const [x, value] of grey!.entries()) {
      data.fill(value, to + 4 * x, to + 4 * x + 3);
      data[to + 4 * x + 3] = 255;
    }
  },
  rgb([red, green, blue], data, to) {
    for (let x = 0; x < red!.length; x++, to += 4) {
      data[to] = red![x]!;
      data[to + 1] = green![x]!;
      data[to + 2] = blue![x]!;
      data[to + 3] = 255;
    }
  },
  ycc([light, blueness, redness], data, to) {
    // JFIF's conversion in 16-bit fixed point, as libjpeg has it.
    for (let x = 0; x < light!.length; x++, to += 4) {
      const [y, cb, cr] = [light![x]!, blueness![x]! - 128, redness![x]! - 128];
      data[to] = y + ((91881 * cr + 32768) >> 16);
      data[to + 1] = y + ((-22554 * cb - 46802 * cr + 32768) >> 16);
      data[to + 2] = y + ((116130 * cb + 32768) >> 16);
      data[to + 3] = 255;
    }
  },
  cmyk(samples, data, to) {
    writers.rgb(samples, data, to);
    darken(samples[3]!, data, to);
  },
  ycck(samples, data, to) {
    writers.ycc(samples, data, to);
    // These are the inks themselves, by the definition of YCCK; only black is inverted.
    for (let i = to; i < to + 4 * samples[3]!.length; i++) data[i] = 255 - data[i]!;
    darken(samples[3]!, data, to);
  },
};

/** Inverted inks are light already: red is what cyan lets through of what black lets through. */
function darken(black: Uint8ClampedArray, data: Uint8ClampedArray, to: number): void {
  for (const [x, light] of black.entries()) {
    for (let c = to + 4 * x; c < to + 4 * x + 3; c++) data[c] = (data[c]! * light) / 255;
    data[to + 4 * x + 3] = 255;
  }
}
