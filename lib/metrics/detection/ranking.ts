import type { Detections, ObjectTable, Truth } from './tables.js';

/**
 * Detections in the two orders that evaluation needs. Both sort by category first; equal scores keep the order of the
 * images, and within one image that of the file, like the stable sort of pycocotools' lists.
 */
export interface Ranking {
  /** Detections of category k are `byScore[start[k]]` up to `byScore[start[k + 1]]`, best first. */
  readonly byScore: Uint32Array;
  /** The same detections, image by image, best first within each. */
  readonly byImage: Uint32Array;
  readonly start: Uint32Array;
}

export function rankDetections(detections: Detections, truth: Truth): Ranking {
  const { count, image, category, score } = detections;
  const [images, categories] = [truth.images.length, truth.categories.length];
  const ranks = denseRanks(score);
  const imageOrder = stableSort(indices(count), image, images);
  const byScore = stableSort(stableSort(imageOrder, ranks, count), category, categories);
  const byImage = stableSort(stableSort(byScore, image, images), category, categories);
  return { byScore, byImage, start: starts(category, categories) };
}

/** True objects by category, then by image, in the order of the file. */
export function groupTruth(truth: Truth): { readonly byImage: Uint32Array; readonly start: Uint32Array } {
  const { count, image, category, images, categories }: ObjectTable & Truth = truth;
  const byImage = stableSort(stableSort(indices(count), image, images.length), category, categories.length);
  return { byImage, start: starts(category, categories.length) };
}

/** For each score, how many distinct scores are higher. */
function denseRanks(score: Float64Array): Uint32Array {
  const levels = score.slice().sort();
  let distinct = 0;
  for (const value of levels)
    if (distinct === 0 || value !== levels[distinct - 1]) levels[distinct++] = value;
  const ranks = new Uint32Array(score.length);
  for (let i = 0; i < score.length; i++) {
    let [low, high] = [0, distinct - 1];
    while (low < high) {
      const probe = (low + high) >> 1;
      if (levels[probe]! < score[i]!) low = probe + 1;
      else high = probe;
    }
    ranks[i] = distinct - 1 - low;
  }
  return ranks;
}

function indices(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** `order` sorted by key[item], a whole number below `range`; equal keys stay in order (a counting sort). */
function stableSort(order: Uint32Array, key: Uint32Array, range: number): Uint32Array {
  const next = starts(key, range);
  const sorted = new Uint32Array(order.length);
  for (const item of order) sorted[next[key[item]!]!++] = item;
  return sorted;
}

/** Where each key's items begin when sorted; one more entry marks the end. */
function starts(key: Uint32Array, range: number): Uint32Array {
  const start = new Uint32Array(range + 1);
  for (const k of key) start[k + 1]!++;
  for (let k = 0; k < range; k++) start[k + 1]! += start[k]!;
  return start;
}
