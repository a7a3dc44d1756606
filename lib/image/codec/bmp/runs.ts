import type { Size } from '../../image.js';
import { corrupt } from '../common/header.js';

interface Runs extends Size {
  /** Bits per pixel: 4 or 8. */
  readonly bits: number;
}

const endOfLine = 0;
const endOfBitmap = 1;
const move = 2;

/**
 * Decodes a run-length encoded bitmap to palette indices, one byte each, in the order of the file. Skipped pixels get
 * index 0.
 * @throws OneirosError `bad-input` if the data ends before the last row
 */
export function unpackRuns(data: Uint8Array, { width, height, bits }: Runs): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, 0];
  const next = () => {
    const byte = data[at++];
    if (byte === undefined) throw endsEarly(y, height);
    return byte;
  };
  // Pixels beyond the end of a row are dropped, as in other readers.
  const put = (index: number) => {
    if (x < width && y < height) indices[y * width + x] = index;
    x++;
  };
  const nibble = (byte: number, i: number) => (bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
  while (y < height) {
    const [count, code] = [next(), next()];
    if (count > 0) for (let i = 0; i < count; i++) put(nibble(code, i));
    else if (code === endOfLine) [x, y] = [0, y + 1];
    else if (code === endOfBitmap) break;
    else if (code === move) [x, y] = [x + next(), y + next()];
    else {
      for (let i = 0, byte = 0; i < code; i++) {
        if (bits === 8 || i % 2 === 0) byte = next();
        put(nibble(byte, i));
      }
      if ((bits === 8 ? code : Math.ceil(code / 2)) % 2 === 1) at++; // padded to two bytes
    }
  }
  if (y < height - 1 || (y === height - 1 && x < width)) throw endsEarly(y, height);
  return indices;
}

function endsEarly(row: number, rows: number) {
  return corrupt('bmp', `its run lengths end in row ${row} of ${rows}`);
}
