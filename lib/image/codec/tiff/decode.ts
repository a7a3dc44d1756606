import { OneirosError } from '../../../base/errors.js';
import type { Pixels } from '../../pixels.js';
import { corrupt, unsupported } from '../common/header.js';
import { type TurnedSamples, upright } from '../common/orientation.js';
import { colorSamples, type Compression, type Layout, tiffLayout } from './layout.js';
import { rowBytes, rowSamples, type Samples, samplesFor } from './samples.js';
import { unpack } from './unpack.js';

/**
 * The pixels of a TIFF's first page, upright, at the precision of the file. Own code, because the libraries that were
 * tried with the files of spec/image fail:
 * - tiff 7.1.3 does not support PackBits, CMYK, planes, 2 or 4 bits, and reads tiles of colors 255 levels off without
 *   an error.
 * - geotiff 3.0.5 reads big-endian 16 bits with a predictor 65,280 of 65,535 levels off, and such floats as 8e37. The
 *   LZW code 4093 in a file of 5 kB crashes the process, out of memory; 486 kB of deflated zeros take 1 GB for 4×4
 *   pixels; truncated LZW data gives a wrong picture. With its decompression and predictors replaced, it would save
 *   about 40 lines.
 * - utif2 loops forever on some LZW data, and leaves missing data blank.
 * @throws OneirosError `bad-input` if the file is truncated or corrupt; `unsupported` if its floating-point values are
 *   not in [0, 1], and for variants that {@link tiffLayout} does not support
 */
export async function decodeTiff(bytes: Uint8Array): Promise<Pixels> {
  const layout = tiffLayout(bytes);
  const samples = await readSamples(bytes, layout);
  if (layout.kind === 'float') checkRange(samples);
  const { width, height } = layout;
  const data = samplesFor(layout, 4 * width * height);
  const write = writerOf(layout);
  for (let i = 0; i < width * height; i++) write(samples, i * layout.samples, data, 4 * i);
  return upright({ width, height, data }, layout.orientation);
}

/**
 * The stored samples of a TIFF's first page; in gray pictures, 0 is black. Throws as `decodeTiff`, and `unsupported`
 * for CMYK and floating-point values.
 */
export async function tiffSamples(bytes: Uint8Array): Promise<TurnedSamples> {
  const layout = tiffLayout(bytes);
  const { width, height, photometric, bits, samples, orientation } = layout;
  const stored = await readSamples(bytes, layout);
  if (stored instanceof Float32Array) throw unsupported('tiff', 'floating-point');
  if (photometric === 'cmyk') throw unsupported('tiff', 'CMYK');
  const colors = colorSamples[photometric];
  const channels = Math.min(samples, colors + (layout.alpha === 'none' ? 0 : 1));
  const data = stored.slice(0, channels * width * height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < channels; c++) {
      const value = stored[i * samples + c]!;
      data[i * channels + c] = photometric === 'white-is-zero' && c === 0 ? 2 ** bits - 1 - value : value;
    }
  const kind = photometric === 'gray' || photometric === 'white-is-zero' ? 'gray' : photometric;
  return { width, height, kind, bits, channels, data, palette: paletteOf(layout), orientation };
}

/** The palette in 8 bits, interleaved. The file stores all reds, then all greens, then all blues, in 16 bits. */
function paletteOf({ palette }: Layout): Uint8Array {
  const entries = Math.floor(palette.length / 3);
  return Uint8Array.from(
    { length: 3 * entries },
    (_, i) => palette[(i % 3) * entries + Math.floor(i / 3)]! >> 8,
  );
}

/** The maximum number of bytes that one stored byte expands to. */
const maxRatio: Readonly<Record<Compression, number>> = { none: 1, packbits: 64, deflate: 1032, lzw: 3641 };

async function readSamples(bytes: Uint8Array, layout: Layout): Promise<Samples> {
  const { width, height, samples, together, partWidth, partHeight, parts, compression } = layout;
  const stride = rowBytes(layout, partWidth);
  const stored = parts.reduce((sum, { length }) => sum + length, 0);
  const needed = parts.reduce((sum, { y }) => sum + stride * Math.min(partHeight, height - y), 0);
  if (needed > maxRatio[compression] * stored)
    throw corrupt('tiff', `its pixels have ${stored} bytes, but its size needs ${needed}`);
  const all = samplesFor(layout, width * height * samples);
  for (const { plane, x, y, offset, length } of parts) {
    const rows = Math.min(partHeight, height - y);
    const part = bytes.subarray(offset, offset + length);
    const data = await unpack(part, layout, stride * rows, stride * partHeight);
    const columns = Math.min(partWidth, width - x);
    for (let row = 0; row < rows; row++) {
      const line = rowSamples(data.subarray(row * stride, (row + 1) * stride), layout, partWidth);
      const to = ((y + row) * width + x) * samples + plane;
      if (together === samples) all.set(line.subarray(0, columns * samples), to);
      else for (let i = 0; i < columns; i++) all[to + i * samples] = line[i]!;
    }
  }
  return all;
}

function checkRange(samples: Samples): void {
  let [least, most] = [Infinity, -Infinity];
  for (const value of samples) {
    // NaN fails both comparisons, so that it becomes a limit and fails the check below.
    if (!(value >= least)) least = value;
    if (!(value <= most)) most = value;
  }
  if (!(least >= 0 && most <= 1))
    throw new OneirosError(
      'unsupported',
      `the TIFF file has floating-point values from ${least} to ${most}, which have no defined black and white: scale them to 0 … 1`,
    );
}

/** Writes the pixel whose samples begin at `from` as RGBA at `to`. */
type Write = (samples: Samples, from: number, data: Samples, to: number) => void;

function writerOf(layout: Layout): Write {
  const { photometric, kind, bits, alpha } = layout;
  const full = kind === 'float' ? 1 : bits === 16 ? 65535 : 255;
  // Samples of fewer than 8 bits are scaled to 8.
  const scale = kind === 'integer' && bits < 8 ? 255 / (2 ** bits - 1) : 1;
  const color = colorOf(layout, full, scale);
  if (alpha === 'none')
    return (samples, from, data, to) => {
      color(samples, from, data, to);
      data[to + 3] = full;
    };
  const alphaAt = colorSamples[photometric];
  return (samples, from, data, to) => {
    const opacity = samples[from + alphaAt]! * scale;
    color(samples, from, data, to);
    if (alpha === 'premultiplied' && opacity > 0)
      for (let c = 0; c < 3; c++) data[to + c] = Math.min(full, (data[to + c]! * full) / opacity);
    data[to + 3] = opacity;
  };
}

function colorOf({ photometric, palette, bits }: Layout, full: number, scale: number): Write {
  switch (photometric) {
    case 'gray':
      return (samples, from, data, to) => data.fill(samples[from]! * scale, to, to + 3);
    case 'white-is-zero':
      return (samples, from, data, to) => data.fill(full - samples[from]! * scale, to, to + 3);
    case 'rgb':
      return (samples, from, data, to) => {
        for (let c = 0; c < 3; c++) data[to + c] = samples[from + c]! * scale;
      };
    case 'cmyk':
      return (samples, from, data, to) => {
        const light = full - samples[from + 3]! * scale;
        for (let c = 0; c < 3; c++) {
          const value = (light * (full - samples[from + c]! * scale)) / full;
          data[to + c] = full === 1 ? value : Math.round(value);
        }
      };
    case 'palette': {
      const colors = 2 ** bits;
      if (palette.length < 3 * colors)
        throw corrupt('tiff', `its palette has ${palette.length} values, not ${3 * colors}`);
      return (samples, from, data, to) => {
        for (let c = 0; c < 3; c++) data[to + c] = palette[c * colors + samples[from]!]! >> 8;
      };
    }
  }
}
