import type { Rectangle } from '../../image/geometry/crop.js';
import type { Size } from '../../image/image.js';

/**
 * The fewest tiles with no side over `largest` that cover a picture without overlap, all of nearly the same size, so
 * that no tile is a sliver. Row by row.
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
