import { gaussianBlur } from '../../../lib/image/color/blur.js';
import { type Image, image, type Size } from '../../../lib/image/image.js';
import { random } from '../../../lib/tensor/random.js';
import { cellAt, fractal, hash, mix, noise, smoothstep } from './noise.js';
import { paint } from './paint.js';

/** A mitochondrion: dark, with folds inside. */
interface Organelle {
  readonly x: number;
  readonly y: number;
  readonly long: number;
  readonly short: number;
  readonly turn: number;
  readonly seed: number;
}

/** Nerve tissue in an electron microscope: cells of all sizes, the membranes between them, vesicles, mitochondria. */
export function membranes(size: Size, seed = 5): Image {
  const organelles = mitochondria(size, seed);
  const tissue = paint(size, (x, y) => {
    const value = tissueAt(x, y, organelles, seed);
    return [value, value, value];
  });
  return developed(tissue, seed);
}

function mitochondria({ width, height }: Size, seed: number): readonly Organelle[] {
  const stream = random(seed);
  return Array.from({ length: 7 }, () => ({
    x: width * stream.uniform(),
    y: height * stream.uniform(),
    long: 24 + 22 * stream.uniform(),
    short: 13 + 7 * stream.uniform(),
    turn: Math.PI * stream.uniform(),
    seed: stream.integer(0, 1e6),
  }));
}

function tissueAt(x: number, y: number, organelles: readonly Organelle[], seed: number): number {
  const cell = tissueCell(x, y, seed);
  // Cell plasma differs from cell to cell, and is grainy and clouded within.
  const clouds = 0.09 * fractal(x / 34, y / 34, seed + 8, 4);
  const grains = 0.22 * fractal(x / 5, y / 5, seed + 9, 3);
  const plasma = 0.55 + 0.09 * cell.id + clouds + grains;
  const filled = withVesicles(plasma, x, y, cell, seed);
  const inside = organelles.reduce(
    (value, organelle) => withMitochondrion(value, organelle, x, y, cell.edge),
    filled,
  );
  // Membranes that are cut obliquely look broad and soft.
  const oblique = smoothstep(0.2, 0.5, fractal(x / 70, y / 70, seed + 10, 2));
  const thick = 1.5 + 0.6 * noise(x / 28, y / 28, seed + 11) + 5 * oblique;
  const membrane = smoothstep(thick + 2.2 + 3 * oblique, thick - 1.2, cell.edge);
  const stain = 0.22 + 0.09 * noise(x / 9, y / 9, seed + 12) + 0.14 * oblique;
  return mix(inside, stain, membrane);
}

/** The cell at a point, and the distance to its edge in pixels. Some large cells are divided into many small ones. */
function tissueCell(x: number, y: number, seed: number): { readonly id: number; readonly edge: number } {
  const bend = (scale: number, strength: number, offset: number) =>
    strength * fractal(x / scale, y / scale, seed + offset, 3);
  const u = x + bend(110, 44, 20) + bend(30, 5, 22);
  const v = y + bend(110, 44, 24) + bend(30, 5, 26);
  const large = 100;
  const outer = cellAt(u / large, (v * 1.15) / large, seed, 1);
  const outerEdge = outer.roundEdge * large * 0.92;
  if (outer.id > 0.55) return { id: hash(Math.floor(1e6 * outer.id), 0, seed), edge: outerEdge };
  const small = outer.id < 0.3 ? 34 : 52;
  const inner = cellAt(u / small + 31.7 * outer.id, v / small, seed + 3, 0.95);
  return { id: inner.id, edge: Math.min(outerEdge, inner.roundEdge * small) };
}

/** Adds groups of vesicles: rings with a bright middle. */
function withVesicles(
  plasma: number,
  x: number,
  y: number,
  { id, edge }: { readonly id: number; readonly edge: number },
  seed: number,
): number {
  const crowded = smoothstep(-0.1, 0.2, fractal(x / 60, y / 60, seed + 14, 2) + 0.4 * (id - 0.5));
  if (crowded === 0 || edge < 7) return plasma;
  const vesicle = cellAt(x / 10.5, y / 10.5, seed + 15, 0.8);
  if (hash(Math.floor(1e6 * vesicle.id), 1, seed) > 0.6) return plasma;
  const r = 10.5 * Math.hypot(x / 10.5 - vesicle.x, y / 10.5 - vesicle.y);
  const ring = Math.exp(-(((r - 3) / 1.05) ** 2));
  const core = vesicle.id > 0.85 ? -0.3 * smoothstep(2.6, 1, r) : 0.08 * smoothstep(2.4, 0.8, r);
  return plasma + crowded * (core - 0.28 * ring) * smoothstep(7, 11, edge);
}

function withMitochondrion(plasma: number, m: Organelle, x: number, y: number, edge: number): number {
  const [dx, dy] = [x - m.x, y - m.y];
  const along = dx * Math.cos(m.turn) + dy * Math.sin(m.turn);
  const across = dy * Math.cos(m.turn) - dx * Math.sin(m.turn);
  const r = Math.hypot(along / m.long, across / m.short) * (1 + 0.18 * noise(x / 24, y / 24, m.seed));
  if (r > 1.3) return plasma;
  const depth = (1 - r) * m.short;
  // Two membranes surround it; the inner one is folded across.
  const hull = Math.exp(-((depth / 1.3) ** 2)) + 0.8 * Math.exp(-(((depth - 4) / 1.2) ** 2));
  const folds = Math.sin(along / 2.1 + 3.2 * noise(along / 16, across / 9, m.seed + 1) + across / 7);
  const inner = 0.36 + 0.12 * folds + 0.06 * noise(x / 3, y / 3, m.seed);
  const body = mix(plasma, inner, smoothstep(0.5, 4.5, depth));
  // It is inside its cell: the cell's membrane covers it.
  return mix(plasma, body - 0.34 * hull, smoothstep(2, 6, edge));
}

/** The microscope's image: a soft focus, the grain of few electrons, uneven brightness. */
function developed(tissue: Image, seed: number): Image {
  const { width, height, data } = gaussianBlur(tissue, 0.7);
  const stream = random(seed + 1);
  const area = width * height;
  const result = image({ width, height });
  for (let i = 0; i < area; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const uneven = 0.05 * fractal(x / 200, y / 200, seed + 16, 2);
    const value = Math.min(1, Math.max(0, data[i]! + uneven + 0.06 * stream.normal()));
    for (let c = 0; c < 3; c++) result.data[c * area + i] = value;
  }
  return result;
}
