import type { Rectangle } from '../../image/geometry/crop.js';
import type { Size } from '../../image/image.js';

/**
 * The smallest number of tiles with sides up to `largest` that cover a picture without overlap, row by row. All have
 * nearly the same size, so none is very narrow.
 */
export function tilesOf({ width, height }: Size, largest: number): readonly Rectangle[] {
  const columns = parts(width, largest);
  return parts(height, largest).flatMap(([y, tileHeight]) =>
    columns.map(([x, tileWidth]) => ({ x, y, width: tileWidth, height: tileHeight })),
  );
}

/** Start and length of each part of a side. */
function parts(length: number, largest: number): readonly (readonly [number, number])[] {
  const count = Math.ceil(length / largest);
  const edge = (i: number) => Math.round((i * length) / count);
  return Array.from({ length: count }, (_, i) => [edge(i), edge(i + 1) - edge(i)] as const);
}
