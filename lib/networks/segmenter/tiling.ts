import { count } from '../../base/option-table.js';

/** How a picture that is too large to compute at once is cut into tiles. */
export interface Tiling {
  /** Largest side of a tile, in pixels. */
  readonly tile: number;
  /** Tiles begin at multiples of this, so that poolings fall on the same pixels as in the whole picture. */
  readonly grid: number;
  /**
   * The largest distance at which a pixel influences another, in pixels: a border of this width at a tile's inner edges
   * is computed and discarded.
   */
  readonly context: number;
}

export const tilingOptions = {
  tile: count(1024, 'the largest side of a tile, which is computed at once, in pixels', 64, [256, 2048]),
} as const;

/** A tile along one axis. */
export interface Span {
  /** The computed range, from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** The range that contributes to the result, from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  /** The weight of each pixel from `from` to `to`, in [0, 1]; the weights of all spans at a pixel add up to 1. */
  readonly weights: Float32Array;
}

/**
 * Cuts a length into overlapping tiles. Only the inside of a tile contributes; where two meet, they are blended with a
 * raised cosine. With the full context, the result equals that of the whole picture. The context is reduced to three
 * eighths of a tile if it is larger.
 */
export function spansOf(length: number, { tile, grid, context }: Tiling): readonly Span[] {
  const aligned = (pixels: number) => Math.max(1, Math.ceil(pixels / grid)) * grid;
  if (length <= tile) return [span(0, length, 0, length, 0, 0)];
  const ramp = aligned(tile / 16);
  const halo = Math.min(aligned(context), aligned((3 / 8) * tile));
  const step = Math.max(grid, Math.floor((tile - 2 * halo - ramp) / grid) * grid);
  const size = step + 2 * halo + ramp;
  const spans: Span[] = [];
  for (let start = 0, last = false; !last; start += step) {
    last = start + size >= length;
    const end = last ? length : start + size;
    const from = start === 0 ? 0 : start + halo;
    const to = last ? length : end - halo;
    spans.push(span(start, end, from, to, start === 0 ? 0 : ramp, last ? 0 : ramp));
  }
  return spans;
}

function span(start: number, end: number, from: number, to: number, rise: number, fall: number): Span {
  const weights = new Float32Array(to - from).fill(1);
  for (let i = 0; i < rise; i++) weights[i] = fade((i + 0.5) / rise);
  for (let i = 0; i < fall; i++) weights[weights.length - fall + i] = 1 - fade((i + 0.5) / fall);
  return { start, end, from, to, weights };
}

/** Rises from 0 to 1, with slope 0 at both ends. */
function fade(t: number): number {
  return (1 - Math.cos(Math.PI * t)) / 2;
}
