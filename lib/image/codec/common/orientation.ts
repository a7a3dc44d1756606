import { OneirosError } from '../../../base/errors.js';
import type { Size } from '../../image.js';
import type { Pixels, Samples } from '../../pixels.js';
import { ByteReader } from './header.js';

/** A stored picture's orientation (EXIF and TIFF tag 274): 1 upright, 2–4 mirrored or upside down, 5–8 on its side. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Samples as stored, with the orientation of the picture. */
export interface TurnedSamples extends Samples {
  readonly orientation: Orientation;
}

const tag = 274;
const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];

/** The orientation with this number; upright for an invalid number, as in other readers. */
export function orientationOf(value: number | undefined): Orientation {
  return orientations.find((orientation) => orientation === value) ?? 1;
}

/**
 * The orientation in an EXIF block (a TIFF directory); upright if it is missing or damaged, as the pixels are intact.
 */
export function exifOrientation(block: Uint8Array): Orientation {
  // JPEG files have this prefix. PNG files should not, but some encoders write it.
  const exif = String.fromCharCode(...block.subarray(0, 6)) === 'Exif\0\0' ? block.subarray(6) : block;
  try {
    const reader = new ByteReader(exif, 'tiff', exif[0] === 0x49);
    if (reader.u16(2) !== 42) return 1;
    const start = reader.u32(4);
    for (let i = 0; i < reader.u16(start); i++)
      if (reader.u16(start + 2 + 12 * i) === tag) return orientationOf(reader.u16(start + 10 + 12 * i));
  } catch (error) {
    if (!(error instanceof OneirosError)) throw error;
  }
  return 1;
}

/** The pixels turned upright. */
export function upright({ width, height, data }: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return { width, height, data };
  const turned = data.slice();
  const size = turn({ width, height }, orientation, (from, to) => {
    for (let c = 0; c < 4; c++) turned[4 * to + c] = data[4 * from + c]!;
  });
  return { ...size, data: turned };
}

/** Calls `move` with the stored and the upright index of each pixel. @returns the size of the upright picture */
export function turn(
  { width, height }: Size,
  orientation: Orientation,
  move: (from: number, to: number) => void,
): Size {
  const [columns, rows] = orientation >= 5 ? [height, width] : [width, height];
  for (let y = 0, to = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, to++) move(storedIndex(orientation, x, y, columns, rows, width), to);
  return { width: columns, height: rows };
}

/** The stored index of the pixel at (x, y) of the upright picture. */
function storedIndex(
  orientation: Orientation,
  x: number,
  y: number,
  columns: number,
  rows: number,
  width: number,
): number {
  const [right, bottom] = [columns - 1 - x, rows - 1 - y];
  switch (orientation) {
    case 1:
      return y * width + x;
    case 2:
      return y * width + right;
    case 3:
      return bottom * width + right;
    case 4:
      return bottom * width + x;
    case 5:
      return x * width + y;
    case 6:
      return right * width + y;
    case 7:
      return right * width + bottom;
    case 8:
      return x * width + bottom;
  }
}
