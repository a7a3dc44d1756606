import type { Pixels, Samples } from '../../pixels.js';
import { concatenate } from '../common/bytes.js';
import { ByteReader, corrupt, type Header, unsupported } from '../common/header.js';
import { unpackRuns } from './runs.js';

/** The encodings of the pixels, by the number in the header. */
const compressions = ['none', 'runs', 'runs', 'masks', 'jpeg', 'png', 'masks'] as const;
const alphaMasks = 6;

interface BmpHeader extends Header {
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: (typeof compressions)[number];
  /** Bit masks of red, green, blue and alpha; 0 for a missing channel. */
  readonly masks: readonly number[];
  readonly colors: number;
  /** The offset of the palette, and the bytes per color. */
  readonly paletteAt: number;
  readonly colorBytes: 3 | 4;
  readonly pixelsAt: number;
}

/**
 * The file and information headers of a Windows or OS/2 bitmap.
 * @throws OneirosError `bad-input` if they are truncated or corrupt, `unsupported` for JPEG, PNG and fax data in a
 *   bitmap
 */
export function bmpHeader(bytes: Uint8Array): BmpHeader {
  const reader = new ByteReader(bytes, 'bmp', true);
  const size = reader.u32(14);
  const core = size === 12;
  if (!core && size < 40) throw corrupt('bmp', `its header has ${size} bytes`);
  const height = core ? reader.u16(20) : reader.i32(22);
  const bits = reader.u16(core ? 24 : 28);
  const code = core ? 0 : reader.u32(30);
  const compression = compressions[code];
  // OS/2 gives the numbers from 3 on another meaning.
  if (
    compression === undefined ||
    compression === 'jpeg' ||
    compression === 'png' ||
    (size === 64 && code > 2)
  )
    throw unsupported('bmp', `compression-${code}`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw corrupt('bmp', `it has ${bits} bits per pixel`);
  if (compression === 'runs' && (bits !== (code === 1 ? 8 : 4) || height < 0))
    throw corrupt('bmp', `it has run lengths of ${bits}-bit pixels${height < 0 ? ' from the top' : ''}`);
  if (compression === 'masks' && bits < 16) throw corrupt('bmp', `it has masks for ${bits}-bit pixels`);
  const pixelsAt = reader.u32(10);
  if (pixelsAt < 14 + size) throw corrupt('bmp', `its pixels begin at byte ${pixelsAt}, inside its header`);
  const masks = compression === 'masks' ? [54, 58, 62].map((at) => reader.u32(at)) : defaultMasks(bits);
  const alpha = compression === 'masks' && (size >= 56 || code === alphaMasks) ? reader.u32(66) : 0;
  const colors = core ? 0 : reader.u32(46);
  return {
    format: 'bmp',
    width: core ? reader.u16(18) : reader.i32(18),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    compression,
    masks: [...masks, alpha],
    colors: Math.min(colors || 2 ** bits, 2 ** bits),
    paletteAt: 14 + size,
    colorBytes: core ? 3 : 4,
    pixelsAt,
  };
}

function defaultMasks(bits: number): readonly number[] {
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
}

/**
 * The pixels of a bitmap of any depth; opaque, unless its header has an alpha mask. Own code, because jimp's reader
 * loses all rows except one of 4-bit pictures with an odd width.
 * @throws OneirosError `bad-input` if the file is truncated or corrupt
 */
export function decodeBmp(bytes: Uint8Array): Pixels & { readonly data: Uint8Array } {
  const bitmap = openBitmap(bytes);
  const { header, reader, depth } = bitmap;
  const { width, height, bits } = header;
  const write = bits <= 8 ? indexed(reader, depth, readPalette(bytes, header)) : direct(reader, header);
  const data = new Uint8Array(4 * width * height);
  eachPixel(bitmap, (row, x, i) => write(row, x, data, 4 * i));
  return { width, height, data };
}

/** The stored values of a bitmap: palette indices, or red, green, blue and alpha. Throws as `decodeBmp`. */
export function bmpSamples(bytes: Uint8Array): Samples {
  const bitmap = openBitmap(bytes);
  const { header, reader, depth } = bitmap;
  const { width, height, bits } = header;
  if (bits > 8) return { ...decodeBmp(bytes), kind: 'rgb', bits: 8, channels: 4, palette: new Uint8Array() };
  const data = new Uint8Array(width * height);
  eachPixel(bitmap, (row, x, i) => {
    data[i] = indexAt(reader, depth, row, x);
  });
  const palette = concatenate(readPalette(bytes, header).map((color) => new Uint8Array(color).reverse()));
  return { width, height, kind: 'palette', bits, channels: 1, data, palette };
}

interface Bitmap {
  readonly header: BmpHeader;
  /** Over the rows, as stored or unpacked from runs; the first begins at `start`. */
  readonly reader: ByteReader;
  readonly depth: number;
  readonly start: number;
  readonly rowBytes: number;
}

/** Opens a bitmap and checks that the file holds all rows. */
function openBitmap(bytes: Uint8Array): Bitmap {
  const header = bmpHeader(bytes);
  const { width, height, bits, pixelsAt, compression } = header;
  const file = new ByteReader(bytes, 'bmp', true);
  // Runs are unpacked to 8-bit indices.
  const runs = compression === 'runs';
  const reader = runs ? new ByteReader(unpackRuns(file.from(pixelsAt), header), 'bmp', true) : file;
  const depth = runs ? 8 : bits;
  const rowBytes = runs ? width : Math.ceil((width * bits) / 32) * 4;
  const start = runs ? 0 : pixelsAt;
  reader.need(start, rowBytes * height);
  return { header, reader, depth, start, rowBytes };
}

/** Visits all pixels, rows from the top, with the offset of the pixel's row, its column and its index. */
function eachPixel(
  { header, start, rowBytes }: Bitmap,
  visit: (row: number, x: number, i: number) => void,
): void {
  const { width, height, topDown } = header;
  for (let y = 0; y < height; y++) {
    const row = start + rowBytes * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) visit(row, x, y * width + x);
  }
}

function indexAt({ bytes }: ByteReader, bits: number, row: number, x: number): number {
  const byte = bytes[row + Math.floor((x * bits) / 8)]!;
  return (byte >> (8 - bits - ((x * bits) % 8))) & (2 ** bits - 1);
}

/** Writes pixel x of the row at offset `row` as RGBA at `to`. */
type Write = (row: number, x: number, data: Uint8Array, to: number) => void;

function indexed(reader: ByteReader, bits: number, palette: readonly Uint8Array[]): Write {
  return (row, x, data, to) => {
    const index = indexAt(reader, bits, row, x);
    const color = palette[index];
    if (!color) throw corrupt('bmp', `color ${index} is not in its palette`);
    for (let c = 0; c < 3; c++) data[to + c] = color[2 - c]!;
    data[to + 3] = 255;
  };
}

function direct(reader: ByteReader, { bits, masks }: BmpHeader): Write {
  const { bytes } = reader;
  if (bits === 24)
    return (row, x, data, to) => {
      for (let c = 0; c < 3; c++) data[to + c] = bytes[row + 3 * x + 2 - c]!;
      data[to + 3] = 255;
    };
  const [red, green, blue, alpha] = masks.map(field);
  return (row, x, data, to) => {
    const value = bits === 16 ? reader.u16(row + 2 * x) : reader.u32(row + 4 * x);
    data[to] = red!(value);
    data[to + 1] = green!(value);
    data[to + 2] = blue!(value);
    data[to + 3] = masks[3] === 0 ? 255 : alpha!(value);
  };
}

function readPalette(bytes: Uint8Array, { paletteAt, colorBytes, colors }: BmpHeader): readonly Uint8Array[] {
  const reader = new ByteReader(bytes, 'bmp', true);
  return Array.from({ length: colors }, (_, i) => reader.slice(paletteAt + colorBytes * i, 3));
}

/** Extracts the masked bits of a pixel and scales them to 0 … 255. */
function field(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const lowest = (mask & -mask) >>> 0;
  const scale = 255 / (mask / lowest);
  return (value) => Math.round((((value & mask) >>> 0) / lowest) * scale);
}
