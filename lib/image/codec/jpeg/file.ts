import { OneirosError } from '../../../base/errors.js';
import { concatenate } from '../common/bytes.js';
import { corrupt, type Header, truncated, unsupported } from '../common/header.js';
import type { Orientation } from '../common/orientation.js';
import { type Frame, frameOf, isFrame, type Scan, scanOf, unitsOf } from './frame.js';
import { Metadata } from './metadata.js';
import { marker, segments } from './segments.js';

/**
 * The meaning of the components. CMYK values are stored inverted, as Adobe does, even if the file does not state it.
 */
export type Colors = 'gray' | 'ycc' | 'rgb' | 'ycck' | 'cmyk';

/** The structure of a JPEG file, read to the end and checked: its data is safe to decode. */
export interface JpegFile extends Header, Frame {
  readonly scans: readonly Scan[];
  readonly colors: Colors;
  readonly orientation: Orientation;
}

/** The largest side that libjpeg reads and writes, in pixels. */
export const maxSide = 65500;
/** Encoders write about ten. A scan of a few bytes can cost as much work as a whole picture. */
const maxScans = 100;
/** All scans together: each of a coefficient's 14 bits can be a separate pass. */
const maxPasses = 16;

/**
 * The checked structure of a JPEG file. Its data is long enough for its size, so memory can be allocated.
 * @throws OneirosError `bad-input` if it is truncated or corrupt; `unsupported` if it is lossless, hierarchical,
 *   arithmetic-coded, fractionally subsampled, or has 12 bits or two components; `too-large` if it has over 100 scans,
 *   over 16 passes over its coefficients, or a side over 65,500 pixels
 */
export function jpegFile(bytes: Uint8Array): JpegFile {
  const file = structureOf(bytes);
  const { width, height } = file;
  if (Math.max(width, height) > maxSide)
    throw new OneirosError(
      'too-large',
      `the JPEG file has ${width}×${height} pixels, over the limit of ${maxSide} per side: save it as a PNG`,
    );
  checkScans(file, bytes.length);
  return file;
}

/** The size of a JPEG. Throws as {@link jpegFile}, but checks neither the length of the data nor the sides. */
export function jpegHeader(bytes: Uint8Array): Header {
  const { format, width, height } = structureOf(bytes);
  return { format, width, height };
}

function structureOf(bytes: Uint8Array): JpegFile {
  const metadata = new Metadata();
  const scans: Scan[] = [];
  let frame: Frame | null = null;
  for (const segment of segments(bytes)) {
    if (isFrame(segment.marker)) {
      if (frame !== null) throw corrupt('jpeg', 'it has two frame headers');
      frame = frameOf(segment);
    } else if (segment.marker === marker.startOfScan) {
      if (frame === null) throw corrupt('jpeg', 'it has a scan before its frame header');
      if (scans.length === maxScans) throw tooMuchWork(`${maxScans} scans`);
      scans.push(scanOf(segment, frame));
    } else if (segment.marker === marker.hierarchy || segment.marker === marker.expansion)
      throw unsupported('jpeg', 'hierarchical');
    else metadata.read(segment);
  }
  if (frame === null) throw corrupt('jpeg', 'it has no frame header');
  const colors = colorsOf(frame, metadata);
  return { ...frame, format: 'jpeg', scans, colors, orientation: metadata.orientation ?? 1 };
}

/** Checks that each component has data that is long enough: a block takes at least one bit of its first scan. */
function checkScans({ scans, ...frame }: JpegFile, fileLength: number): void {
  for (const component of frame.components) {
    const own = scans.filter(({ components, first }) => first === 0 && components.includes(component));
    if (own.length === 0) throw corrupt('jpeg', `it ends before component ${component.id}`);
    if (!frame.progressive && own.length > 1) throw corrupt('jpeg', `component ${component.id} occurs twice`);
  }
  let visited = 0;
  for (const scan of scans) {
    const blocks = blocksOf(scan, frame);
    const { first, last, length } = scan;
    if (first === 0 && 8 * length < blocks)
      throw truncated('jpeg', fileLength, fileLength + Math.ceil(blocks / 8) - length);
    visited += blocks * (last - first + 1);
  }
  const [across, down] = unitsOf(frame);
  const units = frame.components.reduce((sum, component) => sum + component.across * component.down, 0);
  if (visited > 64 * maxPasses * across * down * units)
    throw tooMuchWork(`${maxPasses} passes over its coefficients`);
}

/** The number of blocks in a scan's data. A scan of a single component has no blocks that only pad the last units. */
function blocksOf({ components }: Scan, frame: Frame): number {
  const [across, down] = unitsOf(frame);
  return components.reduce((sum, component) => {
    if (components.length === 1) return component.columns * component.rows;
    return sum + across * down * component.across * component.down;
  }, 0);
}

function tooMuchWork(what: string): OneirosError {
  return new OneirosError(
    'too-large',
    `the JPEG file has more than ${what}, the limit: save the picture again`,
  );
}

/** By the rules of libjpeg, which browsers and most readers share. */
function colorsOf({ components }: Frame, { jfif, transform }: Metadata): Colors {
  if (components.length === 1) return 'gray';
  if (components.length === 4) return transform === null || transform === 0 ? 'cmyk' : 'ycck';
  if (jfif) return 'ycc';
  if (transform !== null) return transform === 0 ? 'rgb' : 'ycc';
  return String.fromCharCode(...components.map(({ id }) => id)) === 'RGB' ? 'rgb' : 'ycc';
}

const transforms: Readonly<Record<Colors, number>> = { gray: 0, rgb: 0, cmyk: 0, ycc: 1, ycck: 2 };

/**
 * The file without orientation, color profile and other metadata, with an Adobe segment that states its colors. Every
 * decoder reads the same pixels from it.
 */
export function plainJpeg(bytes: Uint8Array, { colors }: JpegFile): Uint8Array<ArrayBuffer> {
  const kept = [...segments(bytes)].filter(
    ({ marker: code }) => !(code >= marker.app0 && code <= marker.app15) && code !== marker.comment,
  );
  const adobe = [0xff, marker.app14, 0, 14, ...new TextEncoder().encode('Adobe'), 0, 100, 0, 0, 0, 0];
  return concatenate([
    Uint8Array.of(0xff, marker.startOfImage, ...adobe, transforms[colors]),
    ...kept.map((segment) => segment.bytes),
    Uint8Array.of(0xff, marker.endOfImage),
  ]);
}
