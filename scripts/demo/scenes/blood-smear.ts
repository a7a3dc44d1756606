import type { Image, Size } from '../../../lib/image/image.js';
import { type Random, random } from '../../../lib/tensor/random.js';
import { fractal, noise, smoothstep } from './noise.js';
import { type Color, paint } from './paint.js';

/** How much red, green and blue light (natural logarithm) a body of thickness 1 absorbs. */
type Absorption = readonly [number, number, number];

const light: Color = [0.815, 0.835, 0.815];
const haemoglobin: Absorption = [0.13, 0.38, 0.4];
const cytoplasm: Absorption = [0.07, 0.2, 0.05];
const chromatin: Absorption = [0.6, 0.8, 0.05];
const platelet: Absorption = [0.36, 0.42, 0.1];

/** A round body on the glass. */
interface Body {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly stretch: number;
  readonly turn: number;
  readonly seed: number;
}

/** A red cell: how pale its middle is, and how large the pale part is. */
interface RedCell extends Body {
  readonly pallor: number;
  readonly hollow: number;
  readonly thickness: number;
}

/** A blood smear, stained and magnified a thousand times: red cells, two white ones, platelets. */
export function bloodSmear(size: Size, seed = 11): Image {
  const stream = random(seed);
  const whites = [0.27, 0.76].map((at, i) =>
    body(stream, at * size.width, (i === 0 ? 0.36 : 0.68) * size.height, 84 + 8 * stream.uniform()),
  );
  const reds = scatter(stream, size, whites).map((cell): RedCell => ({
    ...cell,
    pallor: stream.uniform() < 0.75 ? 0.55 + 0.4 * stream.uniform() : 0.1,
    hollow: 0.36 + 0.16 * stream.uniform(),
    thickness: 0.75 + 0.4 * stream.uniform(),
  }));
  const platelets = scatterSmall(stream, size, [...whites, ...reds]);
  return paint(size, (x, y) => {
    const taken = [0, 0, 0];
    const take = (absorption: Absorption, thickness: number) =>
      absorption.forEach((value, c) => (taken[c]! += value * thickness));
    let glow = 0;
    for (const cell of reds) {
      const r = radiusAt(cell, x, y, 0.05);
      if (r > 1.2) continue;
      take(haemoglobin, redThickness(cell, r, x, y));
      // Light bends around the edge: a bright line outside.
      glow += 0.05 * Math.exp(-(((r - 1.07) / 0.035) ** 2));
    }
    for (const cell of whites) paintWhite(cell, x, y, take);
    for (const cell of platelets) {
      const r = radiusAt(cell, x, y, 0.18);
      const granules = 0.75 + 0.6 * fractal(x / 7, y / 7, cell.seed, 3);
      take(platelet, smoothstep(1.15, 0.45, r) * granules);
    }
    return exposed(taken, glow, x, y, size, seed);
  });
}

function body(stream: Random, x: number, y: number, radius: number): Body {
  return {
    x,
    y,
    radius,
    stretch: 1 + 0.12 * stream.uniform(),
    turn: Math.PI * stream.uniform(),
    seed: stream.integer(0, 1e6),
  };
}

/** Red cells nearly everywhere; some overlap each other, but none overlaps a white cell. */
function scatter(stream: Random, { width, height }: Size, whites: readonly Body[]): readonly Body[] {
  const cells: Body[] = [];
  for (let attempt = 0; attempt < 400 && cells.length < 22; attempt++) {
    const radius = 45 + 8 * stream.uniform();
    const candidate = body(
      stream,
      width * (1.1 * stream.uniform() - 0.05),
      height * (1.1 * stream.uniform() - 0.05),
      radius,
    );
    const room = stream.uniform() < 0.2 ? 1.5 : 1.95;
    const free = cells.every((cell) => distance(cell, candidate) > room * radius);
    const apart = whites.every((white) => distance(white, candidate) > white.radius + 0.95 * radius);
    if (free && apart) cells.push(candidate);
  }
  return cells;
}

function scatterSmall(stream: Random, { width, height }: Size, others: readonly Body[]): readonly Body[] {
  const cells: Body[] = [];
  for (let attempt = 0; attempt < 400 && cells.length < 5; attempt++) {
    const candidate = body(
      stream,
      width * stream.uniform(),
      height * stream.uniform(),
      15 + 5 * stream.uniform(),
    );
    const free = [...others, ...cells].every(
      (cell) => distance(cell, candidate) > cell.radius + 1.4 * candidate.radius,
    );
    if (free) cells.push(candidate);
  }
  return cells;
}

function distance(a: Body, b: Body): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** A point's distance from the middle in units of the body's radius; `bend` is how much the outline is bent. */
function radiusAt(cell: Body, x: number, y: number, bend: number): number {
  const [dx, dy] = [x - cell.x, y - cell.y];
  const r = Math.hypot(dx, dy) / cell.radius;
  if (r > 2) return r;
  const angle = Math.atan2(dy, dx);
  const oval = 1 + (cell.stretch - 1) * Math.cos(2 * (angle - cell.turn));
  const wave = bend * fractal(1.3 * Math.cos(angle) + 5, 1.3 * Math.sin(angle) + 5, cell.seed, 3);
  return r / (oval + 2 * wave);
}

function redThickness({ pallor, hollow, thickness, seed }: RedCell, r: number, x: number, y: number): number {
  const inside = smoothstep(1.02, 0.955, r);
  const middle = smoothstep(hollow + 0.3, hollow - 0.22, r + 0.1 * noise(x / 22, y / 22, seed));
  const rim = 1 + 0.22 * Math.exp(-(((r - 0.9) / 0.09) ** 2));
  const mottled = 1 + 0.07 * fractal(x / 24, y / 24, seed, 3);
  return inside * thickness * mottled * (rim - 0.88 * pallor * middle);
}

/** A neutrophil: pale granular plasma, a nucleus of three connected lobes. */
function paintWhite(
  cell: Body,
  x: number,
  y: number,
  take: (absorption: Absorption, thickness: number) => void,
) {
  const r = radiusAt(cell, x, y, 0.05);
  if (r > 1.2) return;
  const granules = 0.8 + 0.7 * fractal(x / 5, y / 5, cell.seed, 3) + 0.3 * noise(x / 30, y / 30, cell.seed);
  take(cytoplasm, smoothstep(1.03, 0.93, r) * Math.max(0.2, granules));
  // The lobes are blobs that merge (Blinn 1982).
  let potential = 0;
  for (let lobe = 0; lobe < 3; lobe++) {
    const angle = cell.turn * 2 + lobe * 1.7;
    const reach = cell.radius * (0.4 + 0.05 * Math.sin(3 * lobe + cell.seed));
    const [lx, ly] = [cell.x + reach * Math.cos(angle), cell.y + reach * Math.sin(angle)];
    const wobble = 1 + 0.12 * noise(x / 16, y / 16, cell.seed + lobe);
    potential += Math.exp(
      -(
        (Math.hypot(x - lx, y - ly) /
          ((0.4 + 0.06 * Math.cos(5 * lobe + cell.seed)) * cell.radius * wobble)) **
        2
      ),
    );
  }
  const nucleus = smoothstep(0.46, 0.62, potential);
  const clumps = 0.95 + 0.6 * fractal(x / 15, y / 15, cell.seed + 7, 4);
  const membrane = 0.18 * Math.exp(-(((potential - 0.64) / 0.12) ** 2));
  take(chromatin, nucleus * (clumps + membrane));
}

/** The camera's exposure: uneven light, a little noise. */
function exposed(
  taken: readonly number[],
  glow: number,
  x: number,
  y: number,
  { width, height }: Size,
  seed: number,
): Color {
  const off = ((x - width / 2) / width) ** 2 + ((y - height / 2) / height) ** 2;
  const uneven = 1.03 - 0.13 * off + 0.015 * fractal(x / 160, y / 160, seed, 2) + glow;
  const grain = 0.012 * noise(x / 1.7, y / 1.7, seed + 30);
  const value = (c: number) => light[c]! * uneven * Math.exp(-taken[c]!) + grain;
  return [value(0), value(1), value(2)];
}
