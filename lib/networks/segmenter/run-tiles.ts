import type { Rectangle } from '../../image/geometry/crop.js';
import { type Planes, planes, type Size } from '../../image/image.js';
import { type Span, spansOf, type Tiling } from './tiling.js';

/** Finished rows of a result: all columns, from row `y` on. */
export interface Band {
  readonly y: number;
  readonly planes: Planes;
  /** The number of tiles done; `total` is the number of all tiles. */
  readonly done: number;
  readonly total: number;
}

/** Computes planes for a rectangle of the picture, with the rectangle's size. */
export type ComputeTile = (rectangle: Rectangle) => Promise<Planes>;

/**
 * Computes planes for a picture of any size, tile by tile, and yields them in bands from the top, so that only one row
 * of tiles is in memory.
 */
export async function* tiled(size: Size, tiling: Tiling, compute: ComputeTile): AsyncGenerator<Band> {
  const [columns, rows] = [spansOf(size.width, tiling), spansOf(size.height, tiling)];
  const total = columns.length * rows.length;
  let carried: Planes | null = null;
  for (const [i, row] of rows.entries()) {
    const band = await bandOf(columns, row, size.width, compute, carried);
    const next = rows[i + 1]?.from ?? size.height;
    const [finished, rest] = splitRows(band, next - row.from);
    carried = rest;
    yield { y: row.from, planes: finished, done: (i + 1) * columns.length, total };
  }
}

/** Computes one row of tiles, and adds it to the rows carried over from the row above, which overlaps. */
async function bandOf(
  columns: readonly Span[],
  row: Span,
  width: number,
  compute: ComputeTile,
  carried: Planes | null,
): Promise<Planes> {
  let band: Planes | null = null;
  for (const column of columns) {
    const tile = await compute({
      x: column.start,
      y: row.start,
      width: column.end - column.start,
      height: row.end - row.start,
    });
    band ??= startBand({ width, height: row.to - row.from }, tile.channels, carried);
    addTile(band, row.from, tile, column, row);
  }
  return band!;
}

function startBand(size: Size, channels: number, carried: Planes | null): Planes {
  const band = planes(channels, size);
  if (carried === null) return band;
  const area = carried.width * carried.height;
  for (let c = 0; c < channels; c++)
    band.data.set(carried.data.subarray(c * area, (c + 1) * area), c * size.width * size.height);
  return band;
}

function addTile(band: Planes, top: number, tile: Planes, column: Span, row: Span): void {
  for (let c = 0; c < tile.channels; c++)
    for (let y = row.from; y < row.to; y++) {
      const weight = row.weights[y - row.from]!;
      const to = (c * band.height + y - top) * band.width + column.from;
      const from = (c * tile.height + y - row.start) * tile.width + column.from - column.start;
      for (let x = 0; x < column.weights.length; x++)
        band.data[to + x]! += weight * column.weights[x]! * tile.data[from + x]!;
    }
}

/** The first `count` rows, and the rest; `null` if there is none. */
function splitRows(source: Planes, count: number): readonly [Planes, Planes | null] {
  const { channels, width, height } = source;
  const take = (first: number, rows: number): Planes => {
    const part = planes(channels, { width, height: rows });
    for (let c = 0; c < channels; c++) {
      const start = (c * height + first) * width;
      part.data.set(source.data.subarray(start, start + rows * width), c * rows * width);
    }
    return part;
  };
  return count === height ? [source, null] : [take(0, count), take(count, height - count)];
}
