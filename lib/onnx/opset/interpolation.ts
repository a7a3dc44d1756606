import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';

/** One neighbor of each place along an axis: batch × 1 × samples. */
interface Neighbor {
  readonly index: Value;
  readonly isInside: Value;
  /** `undefined`: 1. */
  readonly weight: Value | undefined;
}

/**
 * An image batch × channels × … at places between its elements, zero outside: batch × channels × samples.
 * @param places for each spatial axis, batch × 1 × samples
 */
export function interpolated(
  b: Builder,
  x: Value,
  places: readonly Value[],
  mode: 'linear' | 'nearest',
): Value {
  const sizes = places.map((_, i) => b.dim(x, i + 2));
  const pixels = b.reshape(x, [0, 0, -1]);
  const neighbors = places.map((place, i) => neighborsOf(b, place, sizes[i]!, mode));
  const corners = neighbors.reduce<readonly (readonly Neighbor[])[]>(
    (all, each) => all.flatMap((corner) => each.map((neighbor) => [...corner, neighbor])),
    [[]],
  );
  return corners
    .map((corner) => {
      const index = corner
        .map((each) => each.index)
        .reduce((all, each, i) => b.add(b.mul(all, sizes[i]!), each));
      const isInside = corner.map((each) => each.isInside).reduce(b.and);
      const weights = corner.flatMap(({ weight }) => weight ?? []);
      const shape = [b.dim(x, 0), b.dim(x, 1), b.dim(index, 2)];
      const picked = b.op('GatherElements', [pixels, b.expand(index, shape)], { axis: 2 });
      const seen = b.where(isInside, picked, 0);
      return weights.length === 0 ? seen : b.mul(seen, weights.reduce(b.mul));
    })
    .reduce(b.add);
}

function neighborsOf(b: Builder, place: Value, size: Value, mode: 'linear' | 'nearest'): readonly Neighbor[] {
  const last = b.sub(b.castLike(size, place), 1);
  const neighbor = (at: Value, weight?: Value) => ({
    index: b.cast(b.maximum(b.minimum(at, last), 0), 'int64'),
    isInside: b.and(b.greaterOrEqual(at, 0), b.lessOrEqual(at, last)),
    weight,
  });
  if (mode === 'nearest') return [neighbor(b.op('Round', [place]))];
  const low = b.op('Floor', [place]);
  const fraction = b.sub(place, low);
  return [neighbor(low, b.sub(1, fraction)), neighbor(b.add(low, 1), fraction)];
}
