import { OneirosError } from '../../base/errors.js';
import type { Rectangle } from '../../image/geometry/crop.js';
import type { Size } from '../../image/image.js';
import type { Reach } from '../common/reach.js';

/**
 * A tile of a picture. The cores of all tiles cover the picture without overlap; around each, the tile has all pixels
 * that the layers' positions inside the core depend on.
 */
export interface Tile {
  readonly core: Rectangle;
  readonly whole: Rectangle;
}

/** Which rows and columns of a layer belong to a core, counted in the tile. An end may be Infinity. */
export interface Window {
  readonly from: readonly [row: number, column: number];
  readonly to: readonly [row: number, column: number];
}

/**
 * The smallest number of tiles with sides up to about `largest` that cover a picture, row by row.
 * @throws OneirosError `bad-argument` if tiles of that size have no room for a core
 */
export function planTiles(size: Size, reaches: readonly Reach[], largest: number): readonly Tile[] {
  const columns = spans(size.width, reaches, largest);
  return spans(size.height, reaches, largest).flatMap((y) =>
    columns.map((x) => ({
      core: { x: x.start, y: y.start, width: x.end - x.start, height: y.end - y.start },
      whole: { x: x.from, y: y.from, width: x.to - x.from, height: y.to - y.from },
    })),
  );
}

/** The positions of a layer inside a tile's core. */
export function windowIn({ core, whole }: Tile, { stride }: Reach, picture: Size): Window {
  const end = (at: number, length: number, start: number, side: number) =>
    at + length === side ? Infinity : (at + length - start) / stride;
  return {
    from: [(core.y - whole.y) / stride, (core.x - whole.x) / stride],
    to: [end(core.y, core.height, whole.y, picture.height), end(core.x, core.width, whole.x, picture.width)],
  };
}

interface Span {
  /** Of the core. */
  readonly start: number;
  readonly end: number;
  /** Of the tile. */
  readonly from: number;
  readonly to: number;
}

/** The cores along one side. They begin at multiples of all strides, so that the layers' positions coincide. */
function spans(length: number, reaches: readonly Reach[], largest: number): readonly Span[] {
  const stride = Math.max(...reaches.map((reach) => reach.stride));
  const before = roundUp(Math.max(0, ...reaches.map((reach) => reach.before)), stride);
  // Total variation also needs the next pixel.
  const after = roundUp(Math.max(1, ...reaches.map((reach) => reach.after)), stride);
  if (length <= largest) return [{ start: 0, end: length, from: 0, to: length }];
  const room = largest - before - after;
  if (room < stride)
    throw new OneirosError(
      'bad-argument',
      `tiles of ${largest} pixels are too small for these layers, which need at least ${before + after + stride}`,
    );
  const count = Math.ceil(length / room);
  const edge = (i: number) => (i === count ? length : Math.floor((i * length) / count / stride) * stride);
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [edge(i), edge(i + 1)];
    return { start, end, from: Math.max(0, start - before), to: Math.min(length, end + after) };
  });
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
