import type { Image, Size } from '../../../lib/image/image.js';
import { fractal, hash, mix, noise, ridged, smoothstep } from './noise.js';
import { blend, brighten, type Color, gradient, paint, rgb } from './paint.js';

// Everything is in units of the picture's height; y = 0 is the top.
const horizon = 0.64;
const sun = { x: 0.9, y: 0.47, radius: 0.035 };
const sky = ['#1d2b5c', '#4a3f7f', '#a0557f', '#e8836a', '#ffc27a', '#ffe3a3'].map(rgb);
const haze = rgb('#f0a577');

interface Range {
  readonly base: number;
  readonly height: number;
  readonly frequency: number;
  readonly color: Color;
  /** How much the color of the air covers it, from 0 to 1. */
  readonly air: number;
}

const ranges: readonly Range[] = [
  { base: 0.6, height: 0.34, frequency: 1.1, color: rgb('#4c4a80'), air: 0.55 },
  { base: 0.62, height: 0.24, frequency: 1.7, color: rgb('#3a3a6d'), air: 0.38 },
  { base: 0.64, height: 0.16, frequency: 2.6, color: rgb('#2a3355'), air: 0.22 },
  { base: 0.65, height: 0.085, frequency: 4.5, color: rgb('#16283a'), air: 0.08 },
];

/** An evening by a mountain lake: sun, clouds lit from below, four ranges in the haze, firs on the shore. */
export function landscape(size: Size, seed = 7): Image {
  const { width, height } = size;
  const aspect = width / height;
  const above = (x: number, y: number) => overWater(x, y, seed);
  return paint(size, (px, py) => {
    const [x, y] = [px / height, py / height];
    const behind = y < horizon ? above(x, y) : lake(x, y, seed, above);
    const shore = firs(x, y, aspect, seed);
    return blend(behind, brighten(rgb('#0c1420'), 1 + 0.5 * noise(40 * x, 40 * y, seed)), shore);
  });
}

/** The color above the water: the nearest range that reaches this high, or the sky. */
function overWater(x: number, y: number, seed: number): Color {
  for (let i = ranges.length - 1; i >= 0; i--) {
    const range = ranges[i]!;
    if (y < range.base - 1.2 * range.height) continue;
    const crest = crestOf(range, x, seed + 100 * i);
    if (y > crest) return slope(range, x, y, crest, seed + 100 * i);
  }
  return skyAt(x, y, seed);
}

function skyAt(x: number, y: number, seed: number): Color {
  const distance = Math.hypot(x - sun.x, y - sun.y);
  const glow = Math.exp(-5 * distance);
  const clear = gradient(sky, 1.12 * (y / horizon) ** 1.25 + 0.25 * glow - 0.1);
  const warped = fractal(2 * x, 5 * y, seed + 3);
  const thickness = fractal(1.6 * x + 0.6 * warped, 7 * y + 0.5 * warped, seed, 6);
  const cloud = smoothstep(-0.02, 0.42, thickness + 0.12 - 0.25 * Math.abs(y - 0.24));
  // A low sun lights clouds from below: bright where there is less cloud underneath.
  const below = fractal(1.6 * x + 0.6 * warped, 7 * (y + 0.03) + 0.5 * warped, seed, 6);
  const lit = smoothstep(-0.18, 0.2, thickness - below + 0.25 * glow);
  const tone = blend(rgb('#5b4a7c'), gradient([rgb('#e77f77'), rgb('#ffd08a')], 1.4 * glow + 0.25), lit);
  const clouded = blend(clear, tone, 0.85 * cloud);
  const disc = smoothstep(sun.radius + 0.004, sun.radius - 0.004, distance);
  const light = 0.55 * glow ** 2 + 0.9 * disc;
  return blend(clouded, rgb('#fff3cf'), Math.min(1, light));
}

function crestOf({ base, height, frequency }: Range, x: number, seed: number): number {
  const shape = ridged(frequency * x + 0.13 * seed, 0.5, seed, 6) - 0.45;
  const broad = 0.5 + 0.5 * noise(0.9 * frequency * x, 3.7, seed + 9);
  return base - height * Math.max(0, 1.5 * shape * (0.45 + broad) + 0.12);
}

function slope({ color, air, frequency }: Range, x: number, y: number, crest: number, seed: number): Color {
  const depth = y - crest;
  // The side that faces the sun: the slope of a rough surface whose valleys run down from the crest.
  const relief = (dx: number) =>
    ridged(4 * frequency * (x + dx) + 0.35 * noise(5 * x, 8 * y, seed), 9 * frequency * y, seed + 5, 5);
  const facing = (relief(0.004) - relief(-0.004)) * Math.sign(sun.x - x);
  const lit = smoothstep(-0.1, 0.12, facing);
  const warm = blend(color, rgb('#e08a6c'), 0.42 * lit * (1 - air));
  const snow = smoothstep(0.09, 0, depth + 0.05 * noise(30 * x, 30 * y, seed)) * smoothstep(0.47, 0.36, y);
  const rock = blend(warm, blend(rgb('#8d86b5'), rgb('#ffd9c0'), lit), 0.8 * snow);
  const mist = air + 0.5 * smoothstep(0.02, 0.3, depth) * air + 0.25 * smoothstep(horizon - 0.07, horizon, y);
  return blend(rock, haze, Math.min(0.85, mist));
}

function lake(x: number, y: number, seed: number, above: (x: number, y: number) => Color): Color {
  const near = (y - horizon) / (1 - horizon);
  // Farther ripples look finer.
  const scale = 1 / (0.06 + near);
  const ripple = fractal(3.5 * x * (0.5 + 0.5 * scale), 26 * Math.log(0.05 + near), seed + 50, 4);
  const mirrored = 2 * horizon - y * 1.0 + 0.035 * ripple * (0.3 + near);
  const reflected = above(x + 0.012 * ripple, Math.max(0.02, Math.min(horizon - 0.004, mirrored)));
  const deep = blend(reflected, rgb('#1a2747'), 0.25 + 0.4 * near);
  const path = Math.exp(-(((x - sun.x) / (0.025 + 0.1 * near)) ** 2)) * smoothstep(0.02, 0.24, ripple + 0.1);
  return blend(deep, rgb('#ffdca0'), 0.75 * path);
}

/** How much the firs on the near shore, in the left and right corners, cover a point. */
function firs(x: number, y: number, aspect: number, seed: number): number {
  const ground = 0.985 - 0.12 * smoothstep(0.5, 0, x) - 0.09 * smoothstep(aspect - 0.35, aspect, x);
  let cover = smoothstep(ground - 0.004, ground + 0.004, y + 0.012 * noise(25 * x, 0.5, seed + 70));
  for (let tree = 0; tree < 22; tree++) {
    const left = tree % 3 !== 0;
    const spread = hash(tree, 1, seed) ** 1.5;
    const at = left ? 0.5 * spread - 0.02 : aspect - 0.32 * spread + 0.02;
    const tall = mix(0.16, 0.42, hash(tree, 2, seed)) * (1 - 0.55 * spread);
    const foot = 0.99 - 0.1 * (1 - spread);
    const t = (foot - y) / tall;
    if (t < 0 || t > 1) continue;
    const branch = 0.5 + 0.5 * Math.abs(((t * tall * 42 + hash(tree, 3, seed)) % 1) - 0.5) * 2;
    const rough = 0.75 + 0.35 * noise(90 * x, 60 * y, seed + tree);
    const half = 0.2 * tall * (1 - t) ** 0.85 * branch * rough + 0.0035 * (1 - t);
    cover = Math.max(cover, smoothstep(half + 0.002, half - 0.002, Math.abs(x - at)));
  }
  return cover;
}
