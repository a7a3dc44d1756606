import { ByteReader, corrupt, type Header, unsupported } from '../common/header.js';

/** The tags of the TIFF 6.0 fields that describe the pixels. */
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
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
} as const;
type Field = keyof typeof tags;

/** Sizes of BYTE, SHORT and LONG in bytes. */
const bytesOfType: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [3, 2],
  [4, 4],
]);

/** The fields of a TIFF file's first page. Later pages are ignored. */
export class Directory {
  readonly reader: ByteReader;
  readonly #entries = new Map<number, number>();

  /** @throws OneirosError `bad-input` if it is truncated, `unsupported` for BigTIFF */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes, 'tiff', bytes[0] === 0x49);
    if (reader.u16(2) !== 42) throw unsupported('tiff', 'BigTIFF or raw-camera');
    const start = reader.u32(4);
    for (let i = 0; i < reader.u16(start); i++) {
      const at = start + 2 + 12 * i;
      reader.need(at, 12);
      if (!this.#entries.has(reader.u16(at))) this.#entries.set(reader.u16(at), at);
    }
    this.reader = reader;
  }

  /** The numbers of a field; none if it is missing. */
  all(field: Field): readonly number[] {
    const at = this.#entries.get(tags[field]);
    if (at === undefined) return [];
    const { reader } = this;
    const [type, count] = [reader.u16(at + 2), reader.u32(at + 4)];
    const size = bytesOfType.get(type);
    if (size === undefined) throw corrupt('tiff', `its field ${field} has type ${type}`);
    const from = size * count <= 4 ? at + 8 : reader.u32(at + 8);
    reader.need(from, size * count);
    return Array.from({ length: count }, (_, i) =>
      size === 1 ? reader.u8(from + i) : size === 2 ? reader.u16(from + 2 * i) : reader.u32(from + 4 * i),
    );
  }

  /** The first number of a field. */
  one(field: Field, fallback: number): number {
    return this.all(field)[0] ?? fallback;
  }
}

/**
 * The size of a TIFF's first page.
 * @throws OneirosError `bad-input` if its directory is truncated or corrupt, `unsupported` for BigTIFF
 */
export function tiffHeader(bytes: Uint8Array): Header {
  const directory = new Directory(bytes);
  const [width, height] = [directory.one('width', 0), directory.one('height', 0)];
  return { format: 'tiff', width, height };
}
