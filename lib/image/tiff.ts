import { ByteReader, corrupt, unsupported, type Header } from './bytes.js';
import { inflatesTo } from './inflate.js';

/** The fields of TIFF 6.0 that a decoder of baseline pictures needs. */
const tags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planar: 284,
  predictor: 317,
  palette: 320,
  tiles: 322,
  extraSamples: 338,
  sampleFormat: 339,
} as const;
type Field = keyof typeof tags;

/** The first page: its fields, and where they and the pointer to the next page lie. */
interface Page {
  readonly fields: ReadonlyMap<number, readonly number[]>;
  readonly entries: readonly { readonly at: number; readonly tag: number }[];
  readonly nextAt: number;
  readonly reader: ByteReader;
}

const bytesOfType: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
};

function firstPage(bytes: Uint8Array): Page {
  const reader = new ByteReader(bytes, 'tiff', bytes[0] === 0x49);
  if (reader.u16(2) !== 42) throw unsupported('tiff', 'BigTIFF or raw-camera');
  const start = reader.u32(4);
  const count = reader.u16(start);
  const wanted = new Set<number>(Object.values(tags));
  const fields = new Map<number, readonly number[]>();
  const entries = Array.from({ length: count }, (_, i) => {
    const at = start + 2 + 12 * i;
    const tag = reader.u16(at);
    if (wanted.has(tag)) fields.set(tag, fieldValues(reader, at));
    return { at, tag };
  });
  const nextAt = start + 2 + 12 * count;
  reader.need(nextAt, 4);
  return { fields, entries, nextAt, reader };
}

function fieldValues(reader: ByteReader, at: number): readonly number[] {
  const [tag, type, count] = [reader.u16(at), reader.u16(at + 2), reader.u32(at + 4)];
  const size = bytesOfType[type];
  if (size === undefined || (type !== 3 && type !== 4))
    throw corrupt('tiff', `field ${tag} has type ${type}`);
  const from = size * count <= 4 ? at + 8 : reader.u32(at + 8);
  reader.need(from, size * count);
  return Array.from({ length: count }, (_, i) =>
    size === 2 ? reader.u16(from + 2 * i) : reader.u32(from + 4 * i),
  );
}

/**
 * The size of a TIFF's first page.
 * @throws OneirosError `bad-input` if its directory is truncated or corrupt, `unsupported` for BigTIFF
 */
export function tiffHeader(bytes: Uint8Array): Header {
  return headerOf(firstPage(bytes));
}

/** How a TIFF's first page lays its numbers out. */
export interface TiffLayout extends Header {
  readonly bits: number;
  /** Numbers a pixel. */
  readonly channels: number;
  /** What they are: gray from white (0) or from black (1) on, RGB (2), indices of a palette (3). */
  readonly photometric: number;
  /** Red, green, blue in 8 bits for each index; empty where there is none. */
  readonly palette: Uint8Array;
}

/** The layout of a TIFF's first page. Throws as {@link tiffHeader} does. */
export function tiffLayout(bytes: Uint8Array): TiffLayout {
  const page = firstPage(bytes);
  // All reds come first, then all greens, then all blues, in 16 bits.
  const map = page.fields.get(tags.palette) ?? [];
  const entries = Math.floor(map.length / 3);
  return {
    ...headerOf(page),
    bits: value(page, 'bits', 1),
    channels: value(page, 'samples', 1),
    photometric: value(page, 'photometric', 1),
    palette: Uint8Array.from(
      { length: 3 * entries },
      (_, i) => map[(i % 3) * entries + Math.floor(i / 3)]! >> 8,
    ),
  };
}

function headerOf({ fields }: Page): Header {
  const [width, height] = [fields.get(tags.width)?.[0], fields.get(tags.height)?.[0]];
  if (width === undefined || height === undefined)
    throw corrupt('tiff', 'its first page does not give its size');
  return { format: 'tiff', width, height };
}

/**
 * A copy of the file that holds its first page and no more than a baseline decoder reads: utif2 decodes every page,
 * follows directories wherever they point (also in circles) and believes their counts.
 * @throws OneirosError `bad-input` if the page is truncated or corrupt; `unsupported` if it is tiled, planar, in floats,
 *   turned, or compressed otherwise than by LZW, deflate or PackBits
 */
export async function firstTiffPage(bytes: Uint8Array): Promise<Uint8Array> {
  const page = firstPage(bytes);
  checkBaseline(page);
  await checkStrips(page);
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  const kept = new Set<number>(Object.values(tags));
  // An entry is disabled by a private tag of no values.
  for (const { at, tag } of page.entries)
    if (!kept.has(tag)) {
      result.fill(0, at, at + 12);
      result.fill(0xff, at, at + 2);
      view.setUint16(at + 2, 1, bytes[0] === 0x49);
    }
  view.setUint32(page.nextAt, 0);
  return result;
}

function value(page: Page, field: Field, fallback: number): number {
  return page.fields.get(tags[field])?.[0] ?? fallback;
}

const lzw = 5;
const packBits = 32773;
const deflate = new Set([8, 32946]);

function checkBaseline(page: Page): void {
  const bits = page.fields.get(tags.bits) ?? [1];
  const samples = value(page, 'samples', 1);
  const compression = value(page, 'compression', 1);
  if (page.fields.has(tags.tiles)) throw unsupported('tiff', 'tiled');
  if (value(page, 'planar', 1) !== 1) throw unsupported('tiff', 'planar');
  if (value(page, 'sampleFormat', 1) !== 1) throw unsupported('tiff', 'signed or floating-point');
  if (value(page, 'orientation', 1) !== 1) throw unsupported('tiff', 'turned (orientation tag)');
  if (value(page, 'photometric', 2) > 3) throw unsupported('tiff', 'CMYK, YCbCr or Lab');
  if (samples < 1 || samples > 4 || !bits.every((n) => n === bits[0]) || ![1, 8, 16].includes(bits[0]!))
    throw unsupported('tiff', `${samples}×${bits.join('/')}-bit`);
  if (![1, lzw, packBits, ...deflate].includes(compression))
    throw unsupported('tiff', `compression-${compression}`);
}

/** Every strip must lie in the file, and all together hold the rows. */
async function checkStrips(page: Page): Promise<void> {
  const { width, height } = headerOf(page);
  const offsets = page.fields.get(tags.stripOffsets) ?? [];
  const counts = page.fields.get(tags.stripByteCounts) ?? [];
  const rowsPerStrip = Math.min(height, value(page, 'rowsPerStrip', height));
  if (
    rowsPerStrip < 1 ||
    offsets.length !== Math.ceil(height / rowsPerStrip) ||
    counts.length !== offsets.length
  )
    throw corrupt('tiff', `it has ${offsets.length} strips of ${rowsPerStrip} rows for ${height} rows`);
  const rowBytes = Math.ceil((width * value(page, 'samples', 1) * value(page, 'bits', 1)) / 8);
  const compression = value(page, 'compression', 1);
  for (const [i, offset] of offsets.entries()) {
    const strip = page.reader.slice(offset, counts[i]!);
    const expected = rowBytes * Math.min(rowsPerStrip, height - i * rowsPerStrip);
    if (compression === 1) page.reader.need(offset, expected);
    if (deflate.has(compression)) await inflatesTo(strip.slice(), 'tiff', expected, rowBytes * rowsPerStrip);
  }
}
