// Seeded noise over the plane, from which the scenes are made.

/** A pseudorandom number in [0, 1) for whole numbers x and y: the same on every machine. */
export function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Smooth noise in about [−1, 1], with features of size 1 (Perlin 2002). */
export function noise(x: number, y: number, seed: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const u = fade(fx);
  const above = mix(slope(i, j, fx, fy, seed), slope(i + 1, j, fx - 1, fy, seed), u);
  const below = mix(slope(i, j + 1, fx, fy - 1, seed), slope(i + 1, j + 1, fx - 1, fy - 1, seed), u);
  return 1.4 * mix(above, below, fade(fy));
}

/** A table of directions, so that `noise` does not compute sines. */
const directions = Array.from({ length: 64 }, (_, i) => (2 * Math.PI * i) / 64);
const cosines = Float64Array.from(directions, Math.cos);
const sines = Float64Array.from(directions, Math.sin);

/** The value of a corner's gradient at (dx, dy) from the corner. */
function slope(i: number, j: number, dx: number, dy: number, seed: number): number {
  const direction = Math.floor(64 * hash(i, j, seed));
  return cosines[direction]! * dx + sines[direction]! * dy;
}

function fade(t: number): number {
  return t * t * t * (t * (6 * t - 15) + 10);
}

/** Noise of several sizes, each half as large and half as strong as the one before; in about [−1, 1]. */
export function fractal(x: number, y: number, seed: number, octaves = 5): number {
  let [sum, strength] = [0, 0.5];
  for (let octave = 0; octave < octaves; octave++, strength /= 2) {
    sum += strength * noise(x, y, seed + octave);
    [x, y] = [2 * x + 17.3, 2 * y - 9.1];
  }
  return sum;
}

/** The same with sharp crests, in about [0, 1]: mountains. */
export function ridged(x: number, y: number, seed: number, octaves = 5): number {
  let [sum, strength] = [0, 0.5];
  for (let octave = 0; octave < octaves; octave++, strength /= 2) {
    sum += strength * (1 - Math.abs(noise(x, y, seed + octave)));
    [x, y] = [2.1 * x + 5.7, 2.1 * y + 3.3];
  }
  return sum;
}

export interface Cell {
  /** A pseudorandom number in [0, 1) for this cell; `x` and `y` are its middle. */
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** The point's distance from the cell's edge; 1 is the size of a cell. */
  readonly edge: number;
  /** The same for a cell whose corners are round; negative between cells. */
  readonly roundEdge: number;
}

/** The cell of a Voronoi pattern that contains a point; there is one cell per unit square. */
export function cellAt(x: number, y: number, seed: number, jitter = 0.9): Cell {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const middleX = (i: number, j: number) => i + 0.5 + jitter * (hash(i, j, seed) - 0.5);
  const middleY = (i: number, j: number) => j + 0.5 + jitter * (hash(i, j, seed + 1) - 0.5);
  let [ownColumn, ownRow, nearest] = [column, row, Infinity];
  for (let j = row - 1; j <= row + 1; j++)
    for (let i = column - 1; i <= column + 1; i++) {
      const distance = (middleX(i, j) - x) ** 2 + (middleY(i, j) - y) ** 2;
      if (distance < nearest) [ownColumn, ownRow, nearest] = [i, j, distance];
    }
  const [cx, cy] = [middleX(ownColumn, ownRow), middleY(ownColumn, ownRow)];
  let edge = Infinity;
  let crowd = 0;
  for (let j = ownRow - 2; j <= ownRow + 2; j++)
    for (let i = ownColumn - 2; i <= ownColumn + 2; i++) {
      if (i === ownColumn && j === ownRow) continue;
      // The distance to the line that is equally far from both middles.
      const [ox, oy] = [middleX(i, j), middleY(i, j)];
      const [nx, ny] = [ox - cx, oy - cy];
      const along = ((x - (ox + cx) / 2) * nx + (y - (oy + cy) / 2) * ny) / Math.sqrt(nx * nx + ny * ny);
      edge = Math.min(edge, -along);
      crowd += Math.exp(16 * along);
    }
  return { roundEdge: -Math.log(crowd) / 16, id: hash(ownColumn, ownRow, seed + 2), x: cx, y: cy, edge };
}

export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** 0 below `from`, 1 above `to`, smooth in between; `from` may be the larger one. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
