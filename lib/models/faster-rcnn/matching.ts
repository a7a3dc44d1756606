import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';

/** IoU thresholds: a box is foreground from `foreground` on, background below `background`, and ignored in between. */
export interface MatchThresholds {
  readonly foreground: number;
  readonly background: number;
  /** Whether the box that overlaps an object most is foreground even below the threshold. */
  readonly lowQuality: boolean;
}

export interface Matches {
  /** The index of the object that each box overlaps most, int64 `[boxes]`; 0 if there are no objects. */
  readonly object: Value;
  /** `[boxes]` of bool. */
  readonly foreground: Value;
  readonly background: Value;
}

/**
 * Matches each box with the object that it overlaps most.
 * @param overlaps IoU of every object with every box, `[objects, boxes]`. `objects` may be 0: then `object` is 0 for
 *   each box, and all boxes are background
 */
export function matchBoxes(
  b: Builder,
  overlaps: Value,
  { foreground, background, lowQuality }: MatchThresholds,
): Matches {
  // ArgMax needs at least one row. This last row belongs to no object, and is smaller than any overlap.
  const none = b.expand(b.scalar(-1, 'float32'), b.concat([b.sizes([1]), b.dim(overlaps, 1)], 0));
  const rows = b.concat([overlaps, none], 0);
  const most = b.max(rows, [0], false);
  const object = b.op('ArgMax', [rows], { axis: 0, keepdims: 0 });
  const high = b.greaterOrEqual(most, foreground);
  const low = b.less(most, background);
  if (!lowQuality) return { object, foreground: high, background: low };
  const best = b.and(b.equal(rows, b.max(rows, [1])), b.greaterOrEqual(rows, 0));
  const rescued = b.greater(b.max(b.cast(best, 'float32'), [0], false), 0);
  return { object, foreground: b.or(high, rescued), background: b.and(low, b.not(rescued)) };
}

export interface Sampling {
  /** The number of boxes to sample from a picture. */
  readonly count: number;
  /** The largest fraction of them that may be foreground, in [0, 1]. */
  readonly positive: number;
}

export interface Sample {
  /** Indices of foreground boxes, int64 `[positives]`. */
  readonly positives: Value;
  /** Indices of background boxes, int64 `[negatives]`. */
  readonly negatives: Value;
}

/** Samples boxes at random, and fills up with background to `count`. The same seed gives the same sample. */
export function sampleBoxes(
  b: Builder,
  { foreground, background }: Matches,
  seed: Value,
  { count, positive }: Sampling,
): Sample {
  const positives = draw(b, foreground, seed, b.sizes([Math.floor(count * positive)]));
  const negatives = draw(b, background, b.add(seed, 1), b.sub(b.sizes([count]), b.dim(positives, 0)));
  return { positives, negatives };
}

/** The indices of true elements; a random selection if there are more than `limit`. */
function draw(b: Builder, chosen: Value, seed: Value, limit: Value): Value {
  const places = b.reshape(b.op('NonZero', [chosen]), [-1]);
  const count = b.op('Min', [b.dim(places, 0), limit]);
  const [, order] = b.ops('TopK', [shuffled(b, places, seed), count], 2, { axis: 0, largest: 1, sorted: 1 });
  return b.gather(places, order!, 0);
}

/** 2³¹ − 1, a prime; squares of smaller numbers fit in int64. */
const modulus = 2 ** 31 - 1;

/** A pseudorandom number for each index, from index and seed, by rounds of a quadratic congruential generator. */
function shuffled(b: Builder, places: Value, seed: Value): Value {
  const start = b.add(
    b.mul(b.op('Mod', [seed, b.scalar(modulus, 'int64')]), 48271),
    b.add(b.mul(places, 69621), 1),
  );
  let x = b.op('Mod', [start, b.scalar(modulus, 'int64')]);
  for (const addend of [12345, 1013904223, 40692]) {
    const next = b.add(b.mul(x, x), b.add(b.mul(x, 16807), addend));
    x = b.op('Mod', [next, b.scalar(modulus, 'int64')]);
  }
  return x;
}
