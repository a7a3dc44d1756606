import type { Size } from '../../image.js';
import type { Pixels } from '../../pixels.js';
import { concatenate } from '../common/bytes.js';
import { corrupt } from '../common/header.js';
import { deflate, inflate } from '../common/inflate.js';
import { exifOrientation, type TurnedSamples, upright } from '../common/orientation.js';
import { filterRow, unfilter } from './filter.js';
import { essentialChunks, pngChunk, pngFile, type PngHeader, pngHeader } from './png.js';

// PNG (W3C Recommendation, third edition), with the same code in Node and in browsers: a canvas would change pixels,
// because it premultiplies alpha and reduces 16 bits to 8.

/** The pixels of a pass: from (x, y) on, every dx-th pixel of every dy-th row. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly width: number;
  readonly height: number;
  /** Without the filter byte at the start of each row. */
  readonly rowBytes: number;
}

const whole = [[0, 0, 1, 1]] as const;
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * The upright pixels of a PNG file, in 16 bits if the file has 16, else in 8.
 * @throws OneirosError `bad-input` if it is truncated or corrupt; `unsupported` if it has an unknown critical chunk
 */
export async function decodePng(bytes: Uint8Array): Promise<Pixels> {
  const header = pngHeader(bytes);
  const { width, height } = header;
  const all = chunkData(bytes);
  const data = await decodeChannels(header, all('IDAT'), 4, colorOf(header, all('PLTE'), all('tRNS')));
  return upright({ width, height, data }, exifOrientation(all('eXIf')));
}

const kindOf = { 0: 'gray', 2: 'rgb', 3: 'palette', 4: 'gray', 6: 'rgb' } as const;

/** The stored samples of a PNG file; tRNS transparency is ignored. Throws as `decodePng`. */
export async function pngSamples(bytes: Uint8Array): Promise<TurnedSamples> {
  const header = pngHeader(bytes);
  const { width, height, bits, samples: channels, colorType } = header;
  const all = chunkData(bytes);
  const copy: Write = (samples, from, data, to) => {
    for (let c = 0; c < channels; c++) data[to + c] = samples[from + c]!;
  };
  const data = await decodeChannels(header, all('IDAT'), channels, copy);
  const palette = colorType === 3 ? all('PLTE') : new Uint8Array();
  const orientation = exifOrientation(all('eXIf'));
  return { width, height, kind: kindOf[colorType], bits, channels, data, palette, orientation };
}

/** A function that returns the concatenated data of all chunks of a type. */
function chunkData(bytes: Uint8Array): (type: string) => Uint8Array<ArrayBuffer> {
  const chunks = essentialChunks(bytes);
  return (wanted) => concatenate(chunks.filter(({ type }) => type === wanted).map(({ data }) => data));
}

/** Decodes the pixels to `channels` values each, which `write` makes from the stored samples. */
async function decodeChannels(
  header: PngHeader,
  compressed: Uint8Array<ArrayBuffer>,
  channels: number,
  write: Write,
): Promise<Uint8Array | Uint16Array> {
  const { width, height, bits, samples } = header;
  const passes = passesOf(header);
  const length = passes.reduce((sum, { rowBytes, height: rows }) => sum + (rowBytes + 1) * rows, 0);
  const rows = await inflate(compressed, 'png', length);
  const size = channels * width * height;
  const data = bits === 16 ? new Uint16Array(size) : new Uint8Array(size);
  let at = 0;
  for (const pass of passes) {
    const image = rows.subarray(at, (at += (pass.rowBytes + 1) * pass.height));
    unfilter(image, pass.rowBytes, Math.max(1, (bits * samples) >> 3));
    placePixels(image, pass, header, channels, write, data);
  }
  return data;
}

function passesOf({ width, height, bits, samples, interlaced }: PngHeader): readonly Pass[] {
  return (interlaced ? adam7 : whole).flatMap(([x, y, dx, dy]): Pass[] => {
    const [w, h] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    // A pass without pixels has no rows.
    if (w <= 0 || h <= 0) return [];
    return [{ x, y, dx, dy, width: w, height: h, rowBytes: Math.ceil((w * bits * samples) / 8) }];
  });
}

/** Writes the values of the pixel whose samples begin at `from` to `to`. */
type Write = (
  samples: Uint8Array | Uint16Array,
  from: number,
  data: Uint8Array | Uint16Array,
  to: number,
) => void;

/** Writes red, green, blue and alpha. */
function colorOf({ colorType, bits }: PngHeader, palette: Uint8Array, transparency: Uint8Array): Write {
  const opaque = bits === 16 ? 65535 : 255;
  const scale = bits < 8 ? 255 / (2 ** bits - 1) : 1;
  // The transparent color, if there is one: two bytes per sample.
  const key = Array.from(
    { length: transparency.length >> 1 },
    (_, i) => transparency[2 * i]! * 256 + transparency[2 * i + 1]!,
  );
  const isKey = (samples: Uint8Array | Uint16Array, from: number, count: number) => {
    if (key.length < count) return false;
    for (let c = 0; c < count; c++) if (samples[from + c] !== key[c]) return false;
    return true;
  };
  switch (colorType) {
    case 0:
      return (samples, from, data, to) => {
        data.fill(samples[from]! * scale, to, to + 3);
        data[to + 3] = isKey(samples, from, 1) ? 0 : opaque;
      };
    case 2:
      return (samples, from, data, to) => {
        for (let c = 0; c < 3; c++) data[to + c] = samples[from + c]!;
        data[to + 3] = isKey(samples, from, 3) ? 0 : opaque;
      };
    case 3:
      return (samples, from, data, to) => {
        const index = samples[from]!;
        if (3 * index + 2 >= palette.length)
          throw corrupt('png', `a pixel has color ${index} of a palette of ${palette.length / 3}`);
        for (let c = 0; c < 3; c++) data[to + c] = palette[3 * index + c]!;
        data[to + 3] = transparency[index] ?? 255;
      };
    case 4:
      return (samples, from, data, to) => {
        data.fill(samples[from]!, to, to + 3);
        data[to + 3] = samples[from + 1]!;
      };
    case 6:
      return (samples, from, data, to) => {
        for (let c = 0; c < 4; c++) data[to + c] = samples[from + c]!;
      };
  }
}

function placePixels(
  rows: Uint8Array,
  { x, y, dx, dy, width, height, rowBytes }: Pass,
  header: PngHeader,
  channels: number,
  write: Write,
  data: Uint8Array | Uint16Array,
): void {
  for (let row = 0; row < height; row++) {
    const start = row * (rowBytes + 1) + 1;
    const samples = samplesOf(rows.subarray(start, start + rowBytes), header.bits);
    const first = (y + row * dy) * header.width + x;
    for (let column = 0; column < width; column++)
      write(samples, column * header.samples, data, channels * (first + column * dx));
  }
}

/** Unpacks samples: those of fewer than 8 bits from the high bits of each byte on, those of 16 bits high byte first. */
function samplesOf(row: Uint8Array, bits: number): Uint8Array | Uint16Array {
  if (bits === 8) return row;
  if (bits === 16)
    return Uint16Array.from({ length: row.length >> 1 }, (_, i) => row[2 * i]! * 256 + row[2 * i + 1]!);
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  return Uint8Array.from(
    { length: row.length * perByte },
    (_, i) => (row[Math.floor(i / perByte)]! >> (8 - bits * ((i % perByte) + 1))) & mask,
  );
}

/** A PNG file (RGB, 8 bits) of RGBA pixels; alpha is dropped. */
export function encodePng({ width, height, data }: Pixels): Promise<Uint8Array> {
  return pngOf({ width, height, colorType: 2, bits: 8, rowBytes: 3 * width }, (y, row) => {
    for (let i = 0; i < row.length; i++) row[i] = data[4 * (y * width + Math.floor(i / 3)) + (i % 3)]!;
  });
}

/** A grayscale PNG file: 8 bits for a Uint8Array, 16 for a Uint16Array. */
export function encodeGrayPng({ width, height }: Size, data: Uint8Array | Uint16Array): Promise<Uint8Array> {
  const bytes = data instanceof Uint16Array ? 2 : 1;
  return pngOf({ width, height, colorType: 0, bits: 8 * bytes, rowBytes: bytes * width }, (y, row) => {
    const values = data.subarray(y * width, (y + 1) * width);
    if (bytes === 1) row.set(values);
    else values.forEach((value, x) => row.set([value >> 8, value & 255], 2 * x));
  });
}

type Layout = Size & Pick<PngHeader, 'colorType' | 'bits'> & { readonly rowBytes: number };

async function pngOf(
  { width, height, colorType, bits, rowBytes }: Layout,
  fill: (y: number, row: Uint8Array) => void,
): Promise<Uint8Array> {
  const rows = new Uint8Array((rowBytes + 1) * height);
  const pixelBytes = rowBytes / width;
  let above = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const row = new Uint8Array(rowBytes);
    fill(y, row);
    filterRow(row, above, pixelBytes, rows.subarray(y * (rowBytes + 1), (y + 1) * (rowBytes + 1)));
    above = row;
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([bits, colorType, 0, 0, 0], 8);
  return pngFile([
    pngChunk('IHDR', header),
    pngChunk('IDAT', await deflate(rows)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}
