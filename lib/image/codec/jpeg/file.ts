import { OneirosError } from '../../../base/errors.js';
import { corrupt, type Header, truncated, unsupported } from '../header.js';
import type { Orientation } from '../../pixels.js';
import { concatenate } from '../png/png.js';
import { type Frame, frameOf, isFrame, type Scan, scanOf, unitsOf } from './frame.js';
import { Metadata } from './metadata.js';
import { marker, segments } from './segments.js';

/** What the components are. Inks are stored inverted, as Adobe does it, whether or not the file says so. */
export type Colors = 'gray' | 'ycc' | 'rgb' | 'ycck' | 'cmyk';

/** The structure of a JPEG file, read to its end and checked: a decoder can be given its data. */
export interface JpegFile extends Header, Frame {
  readonly scans: readonly Scan[];
  readonly colors: Colors;
  readonly orientation: Orientation;
}

/** The largest side that libjpeg reads and writes. */
export const mostSide = 65500;
/** Encoders write about ten. A scan of a few bytes can have the work of a whole picture. */
const mostScans = 100;
/** Passes over all coefficients that the scans together may be: each of 14 bits can be a pass of its own. */
const mostPasses = 16;

/**
 * A JPEG file's structure, which its data can fill: memory can be taken for it.
 * @throws OneirosError `bad-input` if it is truncated or corrupt; `unsupported` if it is lossless, hierarchical,
 *   arithmetic-coded, fractionally subsampled, of 12 bits or two components; `too-large` if it has over 100 scans, or is
 *   over 65,500 pixels wide or high
 */
export function jpegFile(bytes: Uint8Array): JpegFile {
  const file = structureOf(bytes);
  const { width, height } = file;
  if (Math.max(width, height) > mostSide)
    throw new OneirosError(
      'too-large',
      `the JPEG file says it has ${width}×${height} pixels, and no side may be over ${mostSide}: save it as a PNG`,
    );
  checkScans(file, bytes.length);
  return file;
}

/** The size of a JPEG. Throws as {@link jpegFile} does, not for data that is too short. */
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
      if (scans.length === mostScans) throw tooMuchWork(`${mostScans} scans`);
      scans.push(scanOf(segment, frame));
    } else if (segment.marker === marker.hierarchy || segment.marker === marker.expansion)
      throw unsupported('jpeg', 'hierarchical');
    else metadata.read(segment);
  }
  if (frame === null) throw corrupt('jpeg', 'it has no frame header');
  const colors = colorsOf(frame, metadata);
  return { ...frame, format: 'jpeg', scans, colors, orientation: metadata.orientation ?? 1 };
}

/** Every component is there, and the data can hold it: a block takes a bit or more of the first scan it is in. */
function checkScans({ scans, ...frame }: JpegFile, fileLength: number): void {
  for (const component of frame.components) {
    const own = scans.filter(({ components, first }) => first === 0 && components.includes(component));
    if (own.length === 0) throw corrupt('jpeg', `it ends before component ${component.id}`);
    if (!frame.progressive && own.length > 1) throw corrupt('jpeg', `component ${component.id} comes twice`);
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
  if (visited > 64 * mostPasses * across * down * units)
    throw tooMuchWork(`${mostPasses} passes over its coefficients`);
}

/** Blocks that the data of a scan codes: of a single component without those that fill up the last units. */
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
    `the JPEG file has more than ${what}, the limit: save the picture anew`,
  );
}

/** As libjpeg decides it, and with it browsers and most readers. */
function colorsOf({ components }: Frame, { jfif, transform }: Metadata): Colors {
  if (components.length === 1) return 'gray';
  if (components.length === 4) return transform === null || transform === 0 ? 'cmyk' : 'ycck';
  if (jfif) return 'ycc';
  if (transform !== null) return transform === 0 ? 'rgb' : 'ycc';
  return String.fromCharCode(...components.map(({ id }) => id)) === 'RGB' ? 'rgb' : 'ycc';
}

const transforms: Readonly<Record<Colors, number>> = { gray: 0, rgb: 0, cmyk: 0, ycc: 1, ycck: 2 };

/**
 * The file without its metadata: its pixels as they lie, their colors as Adobe's segment states them, no orientation,
 * no color profile. Every decoder reads the same from it.
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
