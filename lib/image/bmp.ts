import { ByteReader, corrupt, unsupported, type Header } from './bytes.js';
import type { Pixels, Samples } from './pixels.js';

const bitFields = 3;

interface BmpHeader extends Header {
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  readonly colorsUsed: number;
  readonly headerSize: number;
  readonly pixelsAt: number;
}

/**
 * The file and information headers of a Windows bitmap.
 * @throws OneirosError `bad-input` if they are truncated or corrupt, `unsupported` for run lengths and OS/2 headers
 */
export function bmpHeader(bytes: Uint8Array): BmpHeader {
  const reader = new ByteReader(bytes, 'bmp', true);
  const headerSize = reader.u32(14);
  if (headerSize < 40) throw unsupported('bmp', 'OS/2');
  const height = reader.i32(22);
  const [bits, compression] = [reader.u16(28), reader.u32(30)];
  if (compression !== 0 && compression !== bitFields) throw unsupported('bmp', 'run-length compressed');
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw corrupt('bmp', `it has ${bits} bits a pixel`);
  return {
    format: 'bmp',
    width: reader.i32(18),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    compression,
    colorsUsed: reader.u32(46),
    headerSize,
    pixelsAt: reader.u32(10),
  };
}

/**
 * The pixels of an uncompressed Windows bitmap of any depth, opaque (its fourth byte is padding by definition). Own code,
 * because jimp's reader loses all rows but one of 4-bit pictures of odd width.
 * @throws OneirosError `bad-input` if the file is truncated or corrupt
 */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const bitmap = openBitmap(bytes);
  const { width, height } = bitmap.header;
  const color = colorReader(bitmap);
  const data = new Uint8Array(4 * width * height).fill(255);
  eachPixel(bitmap, (row, x, i) => data.set(color(row, x), 4 * i));
  return { width, height, data };
}

/** What an uncompressed Windows bitmap stores: indices of its palette, or red, green and blue. Throws as `decodeBmp`. */
export function bmpSamples(bytes: Uint8Array): Samples {
  const bitmap = openBitmap(bytes);
  const { width, height, bits } = bitmap.header;
  if (bits > 8) {
    const color = colorReader(bitmap);
    const data = new Uint8Array(3 * width * height);
    eachPixel(bitmap, (row, x, i) => data.set(color(row, x), 3 * i));
    return { width, height, kind: 'rgb', bits: 8, channels: 3, data, palette: new Uint8Array() };
  }
  const data = new Uint8Array(width * height);
  eachPixel(bitmap, (row, x, i) => {
    data[i] = indexAt(bitmap, row, x);
  });
  const palette = Uint8Array.from(readPalette(bitmap).flat());
  return { width, height, kind: 'palette', bits, channels: 1, data, palette };
}

interface Bitmap {
  readonly reader: ByteReader;
  readonly header: BmpHeader;
  readonly rowBytes: number;
}

/** A bitmap whose file holds all of its rows. */
function openBitmap(bytes: Uint8Array): Bitmap {
  const reader = new ByteReader(bytes, 'bmp', true);
  const header = bmpHeader(bytes);
  const rowBytes = Math.ceil((header.width * header.bits) / 32) * 4;
  reader.need(header.pixelsAt, rowBytes * header.height);
  return { reader, header, rowBytes };
}

/** Visits pixels, rows from the top: the byte that a pixel's row begins at, its column, and its number. */
function eachPixel({ header, rowBytes }: Bitmap, visit: (row: number, x: number, i: number) => void): void {
  const { width, height, topDown, pixelsAt } = header;
  for (let y = 0; y < height; y++) {
    const row = pixelsAt + rowBytes * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) visit(row, x, y * width + x);
  }
}

function indexAt({ reader, header: { bits } }: Bitmap, row: number, x: number): number {
  const byte = reader.u8(row + Math.floor((x * bits) / 8));
  return (byte >> (8 - bits - ((x * bits) % 8))) & (2 ** bits - 1);
}

/** Reads red, green, blue of pixel x in the row that begins at a byte. */
function colorReader(bitmap: Bitmap): (row: number, x: number) => ArrayLike<number> {
  const { reader, header } = bitmap;
  const { bits } = header;
  if (bits <= 8) {
    const palette = readPalette(bitmap);
    return (row, x) => {
      const index = indexAt(bitmap, row, x);
      const color = palette[index];
      if (!color) throw corrupt('bmp', `colour ${index} is not in its palette`);
      return color;
    };
  }
  if (bits === 24) {
    const { bytes } = reader;
    return (row, x) => [bytes[row + 3 * x + 2]!, bytes[row + 3 * x + 1]!, bytes[row + 3 * x]!];
  }
  const fields = readMasks(reader, header).map(field);
  return (row, x) => {
    const value = bits === 16 ? reader.u16(row + 2 * x) : reader.u32(row + 4 * x);
    return fields.map((component) => component(value));
  };
}

function readPalette({ reader, header }: Bitmap): number[][] {
  const { headerSize, bits, colorsUsed } = header;
  const count = Math.min(colorsUsed || 2 ** bits, 2 ** bits);
  return Array.from({ length: count }, (_, i) => {
    const [blue, green, red] = reader.slice(14 + headerSize + 4 * i, 3);
    return [red!, green!, blue!];
  });
}

function readMasks(reader: ByteReader, { bits, compression }: BmpHeader): number[] {
  if (compression === bitFields) return [54, 58, 62].map((at) => reader.u32(at));
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
}

/** Takes the bits under a mask out of a pixel and scales them to 0 … 255. */
function field(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const lowest = (mask & -mask) >>> 0;
  const scale = 255 / (mask / lowest);
  return (value) => Math.round((((value & mask) >>> 0) / lowest) * scale);
}
