import { corrupt, type Header, unsupported } from '../common/header.js';
import { type Orientation, orientationOf } from '../common/orientation.js';
import { Directory, tiffHeader } from './directory.js';

/** The meaning of a pixel's samples. */
export type Photometric = 'white-is-zero' | 'gray' | 'rgb' | 'palette' | 'cmyk';
const photometrics = new Map<number, Photometric>([
  [0, 'white-is-zero'],
  [1, 'gray'],
  [2, 'rgb'],
  [3, 'palette'],
  [5, 'cmyk'],
]);
/** Samples per pixel, without alpha and other extra samples. */
export const colorSamples: Readonly<Record<Photometric, number>> = {
  'white-is-zero': 1,
  gray: 1,
  rgb: 3,
  palette: 1,
  cmyk: 4,
};

export type Compression = 'none' | 'lzw' | 'deflate' | 'packbits';
const compressions = new Map<number, Compression>([
  [1, 'none'],
  [5, 'lzw'],
  [8, 'deflate'],
  [32946, 'deflate'],
  [32773, 'packbits'],
]);
const otherCompressions = new Map([
  [2, 'fax-compressed (CCITT)'],
  [3, 'fax-compressed (CCITT group 3)'],
  [4, 'fax-compressed (CCITT group 4)'],
  [6, 'JPEG-compressed'],
  [7, 'JPEG-compressed'],
  [50000, 'Zstandard-compressed'],
  [50001, 'WebP-compressed'],
]);

/** The prediction from neighboring samples, whose differences are stored. */
export type Predictor = 'none' | 'horizontal' | 'floating-point';
const predictors: readonly (Predictor | undefined)[] = [undefined, 'none', 'horizontal', 'floating-point'];

/** A part of the picture that is compressed separately: a strip or a tile, of one plane or of all. */
export interface Part {
  readonly plane: number;
  readonly x: number;
  readonly y: number;
  readonly offset: number;
  readonly length: number;
}

/** The layout of a TIFF's first page in the file. */
export interface Layout extends Header {
  readonly photometric: Photometric;
  /** Unsigned integers, or floating-point numbers. */
  readonly kind: 'integer' | 'float';
  readonly bits: number;
  /** Samples per pixel, and how many of them are interleaved: all, or one if each plane is stored separately. */
  readonly samples: number;
  readonly together: number;
  readonly alpha: 'none' | 'premultiplied' | 'separate';
  readonly compression: Compression;
  readonly predictor: Predictor;
  /** Whether the first pixel of a byte is in the lowest bits. */
  readonly lowestFirst: boolean;
  /** The size of a full part; the last one of a row or column can extend beyond the picture. */
  readonly partWidth: number;
  readonly partHeight: number;
  readonly parts: readonly Part[];
  readonly orientation: Orientation;
  readonly littleEndian: boolean;
  /** In 16 bits: all reds, then all greens, then all blues. */
  readonly palette: readonly number[];
}

/** Each strip or tile is a separate stream, and starting a stream can cost more than decoding its bytes. */
const maxParts = 2 ** 16;
/** 4096×4096 pixels. Memory is allocated for one tile at a time. */
const maxTilePixels = 2 ** 24;

/**
 * Reads and checks the layout of the first page.
 * @throws OneirosError `bad-input` if the page is corrupt or its parts are outside the file; `unsupported` for
 *   compressions other than LZW, deflate and PackBits, signed numbers, YCbCr and Lab, tiles of over 2²⁴ pixels, and
 *   over 65,536 strips or tiles
 */
export function tiffLayout(bytes: Uint8Array): Layout {
  const directory = new Directory(bytes);
  const header = tiffHeader(bytes);
  const samples = directory.one('samples', 1);
  const planar = directory.one('planar', 1) === 2 && samples > 1;
  const [code] = directory.all('photometric');
  if (code === undefined) throw corrupt('tiff', 'it has no photometric field');
  const photometric = photometrics.get(code);
  if (photometric === undefined || (photometric === 'cmyk' && directory.one('inkSet', 1) !== 1))
    throw unsupported('tiff', 'YCbCr, Lab, mask or multi-ink');
  const extra = samples - colorSamples[photometric];
  if (extra < 0 || samples > 16) throw corrupt('tiff', `its ${photometric} pixels have ${samples} samples`);
  const { kind, bits } = numbersOf(directory, samples);
  if (photometric === 'palette' && (kind === 'float' || bits > 8))
    throw corrupt('tiff', `its palette has ${bits}-bit indices`);
  const partSize = partSizeOf(directory, header);
  return {
    ...header,
    photometric,
    kind,
    bits,
    samples,
    together: planar ? 1 : samples,
    alpha: alphaOf(directory, extra),
    compression: compressionOf(directory),
    predictor: predictorOf(directory, kind, bits),
    lowestFirst: directory.one('fillOrder', 1) === 2,
    partWidth: partSize.width,
    partHeight: partSize.height,
    parts: partsOf(directory, header, partSize, planar ? samples : 1),
    orientation: orientationOf(directory.one('orientation', 1)),
    littleEndian: bytes[0] === 0x49,
    palette: directory.all('palette'),
  };
}

function numbersOf(directory: Directory, samples: number): { kind: 'integer' | 'float'; bits: number } {
  const depths = directory.all('bits');
  const formats = directory.all('sampleFormat');
  const [bits, format] = [depths[0] ?? 1, formats[0] ?? 1];
  if (
    ![...depths.slice(0, samples)].every((depth) => depth === bits) ||
    !formats.every((one) => one === format)
  )
    throw unsupported('tiff', `${depths.join('/')}-bit`);
  if (format === 1 && [1, 2, 4, 8, 16].includes(bits)) return { kind: 'integer', bits };
  if (format === 3 && [32, 64].includes(bits)) return { kind: 'float', bits };
  const kind = ['', 'unsigned', 'signed', 'floating-point'][format] ?? 'undefined';
  throw unsupported('tiff', `${bits}-bit ${kind}`);
}

function alphaOf(directory: Directory, extra: number): Layout['alpha'] {
  if (extra === 0) return 'none';
  const [meaning] = directory.all('extraSamples');
  if (meaning === 0) return 'none';
  return meaning === 1 ? 'premultiplied' : 'separate';
}

function compressionOf(directory: Directory): Compression {
  const code = directory.one('compression', 1);
  const compression = compressions.get(code);
  if (compression === undefined)
    throw unsupported('tiff', otherCompressions.get(code) ?? `compression-${code}`);
  return compression;
}

function predictorOf(directory: Directory, kind: Layout['kind'], bits: number): Predictor {
  const code = directory.one('predictor', 1);
  const predictor = predictors[code];
  const fits = predictor === 'floating-point' ? kind === 'float' : kind === 'integer' && bits >= 8;
  if (predictor === undefined || !(predictor === 'none' || fits))
    throw unsupported('tiff', `predictor-${code}, ${bits}-bit`);
  return predictor;
}

function partSizeOf(directory: Directory, { width, height }: Header) {
  if (directory.all('tileOffsets').length === 0)
    return { width, height: Math.min(height, directory.one('rowsPerStrip', height)) };
  const tile = { width: directory.one('tileWidth', 0), height: directory.one('tileHeight', 0) };
  if (tile.width * tile.height > maxTilePixels)
    throw unsupported('tiff', `${tile.width}×${tile.height}-pixel-tile`);
  return tile;
}

function partsOf(
  directory: Directory,
  picture: Header,
  part: { width: number; height: number },
  planes: number,
) {
  const tiled = directory.all('tileOffsets').length > 0;
  const offsets = directory.all(tiled ? 'tileOffsets' : 'stripOffsets');
  const lengths = directory.all(tiled ? 'tileByteCounts' : 'stripByteCounts');
  const what = tiled ? 'tiles' : 'strips';
  const columns = Math.ceil(picture.width / part.width);
  const rows = Math.ceil(picture.height / part.height);
  if (!(part.width >= 1 && part.height >= 1) || offsets.length !== columns * rows * planes)
    throw corrupt(
      'tiff',
      `it has ${offsets.length} ${what} of ${part.width}×${part.height} for ${picture.width}×${picture.height} pixels`,
    );
  if (offsets.length > maxParts) throw unsupported('tiff', `${offsets.length}-${what.slice(0, -1)}`);
  if (lengths.length !== offsets.length)
    throw corrupt('tiff', `it has ${offsets.length} ${what}, but the lengths of ${lengths.length}`);
  // Overlapping parts would let a small file cost the work of a large one.
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total > directory.reader.bytes.length)
    throw corrupt('tiff', `its ${what} have ${total} bytes, more than the file`);
  return offsets.map((offset, i): Part => {
    directory.reader.need(offset, lengths[i]!);
    const cell = i % (columns * rows);
    return {
      plane: Math.floor(i / (columns * rows)),
      x: (cell % columns) * part.width,
      y: Math.floor(cell / columns) * part.height,
      offset,
      length: lengths[i]!,
    };
  });
}
