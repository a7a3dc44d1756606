import type { Planes } from '../../image/image.js';
import type { Box } from '../../networks/detector/detector.js';

/**
 * The box around the largest connected part of a map (connected by sides, not corners) whose values are positive and at
 * least the threshold; the whole picture if no value reaches it.
 */
export function boxOfLargest({ width, height, data }: Planes<1>, threshold: number): Box {
  const seen = Uint8Array.from(data, (value) => (value > 0 && value >= threshold ? 0 : 1));
  let best: Part | null = null;
  for (let start = 0; start < data.length; start++) {
    if (seen[start] === 1) continue;
    const part = flood(seen, width, start);
    if (best === null || part.pixels > best.pixels) best = part;
  }
  return best?.box ?? [0, 0, width, height];
}

interface Part {
  readonly pixels: number;
  readonly box: Box;
}

/** Marks every pixel that is connected to `start` as seen. */
function flood(seen: Uint8Array, width: number, start: number): Part {
  let [pixels, x0, y0, x1, y1] = [0, Infinity, Infinity, 0, 0];
  const stack = [start];
  seen[start] = 1;
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const [x, y] = [i % width, Math.floor(i / width)];
    pixels++;
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
    const neighbors = [x > 0 ? i - 1 : -1, x < width - 1 ? i + 1 : -1, i - width, i + width];
    for (const next of neighbors)
      if (seen[next] === 0) {
        seen[next] = 1;
        stack.push(next);
      }
  }
  return { pixels, box: [x0, y0, x1, y1] };
}
