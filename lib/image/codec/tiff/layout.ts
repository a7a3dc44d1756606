import { corrupt, type Header, unsupported } from '../header.js';
import { orientationOf } from '../orientation.js';
import type { Orientation } from '../../pixels.js';
import { Directory, tiffHeader } from './directory.js';

/** What the samples of a pixel are. */
export type Photometric = 'white-is-zero' | 'gray' | 'rgb' | 'palette' | 'cmyk';
const photometrics = new Map<number, Photometric>([
  [0, 'white-is-zero'],
  [1, 'gray'],
  [2, 'rgb'],
  [3, 'palette'],
  [5, 'cmyk'],
]);
/** Samples of a pixel without alpha and other extras. */
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

/** What changes of neighboring samples are stored instead of the samples. */
export type Predictor = 'none' | 'horizontal' | 'floating-point';
const predictors: readonly (Predictor | undefined)[] = [undefined, 'none', 'horizontal', 'floating-point'];

/** A part of the picture that is compressed by itself: a strip, or a tile, of one plane. */
export interface Part {
  readonly plane: number;
  readonly x: number;
  readonly y: number;
  readonly offset: number;
  readonly length: number;
}

/** How the pixels of a TIFF's first page lie in the file. */
export interface Layout extends Header {
  readonly photometric: Photometric;
  /** Whole numbers from 0, or fractions. */
  readonly kind: 'integer' | 'float';
  readonly bits: number;
  /** Of a pixel, and of those how many lie together: all, or one in each plane. */
  readonly samples: number;
  readonly together: number;
  readonly alpha: 'none' | 'premultiplied' | 'separate';
  readonly compression: Compression;
  readonly predictor: Predictor;
  /** Whether the first pixel of a byte is in its lowest bits. */
  readonly lowestFirst: boolean;
  /** Of a whole part; the last of a row or column may reach beyond the picture. */
  readonly partWidth: number;
  readonly partHeight: number;
  readonly parts: readonly Part[];
  readonly orientation: Orientation;
  readonly littleEndian: boolean;
  /** 16-bit red, green and blue planes. */
  readonly palette: readonly number[];
}

/** Each strip or tile is a stream of its own, whose beginning costs more than its bytes. */
const mostParts = 2 ** 16;
/** No tile of 4096×4096 pixels or fewer is refused; memory is taken for one at a time. */
const mostTilePixels = 2 ** 24;

/**
 * @throws OneirosError `bad-input` if the page is corrupt or its parts do not lie in the file; `unsupported` for
 *   compressions other than LZW, deflate and PackBits, signed numbers, YCbCr and Lab, over 65,536 strips or tiles
 */
export function tiffLayout(bytes: Uint8Array): Layout {
  const directory = new Directory(bytes);
  const header = tiffHeader(bytes);
  const samples = directory.one('samples', 1);
  const planar = directory.one('planar', 1) === 2 && samples > 1;
  const [code] = directory.all('photometric');
  if (code === undefined)
    throw corrupt('tiff', 'it does not say what its samples are (no photometric field)');
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
  if (tile.width * tile.height > mostTilePixels)
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
  if (offsets.length > mostParts) throw unsupported('tiff', `${offsets.length}-${what.slice(0, -1)}`);
  if (lengths.length !== offsets.length)
    throw corrupt('tiff', `it has ${offsets.length} ${what}, and the lengths of ${lengths.length}`);
  // Parts that lay over each other could make a small file the work of a large one.
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total > directory.reader.bytes.length)
    throw corrupt('tiff', `its ${what} have ${total} bytes, more than the file`);
  return offsets.map((offset, i): Part => {
    directory.reader.need(offset, lengths[i]!);
    const place = i % (columns * rows);
    return {
      plane: Math.floor(i / (columns * rows)),
      x: (place % columns) * part.width,
      y: Math.floor(place / columns) * part.height,
      offset,
      length: lengths[i]!,
    };
  });
}
