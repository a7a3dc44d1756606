import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Mask } from './mask.js';

/** Corners x0, y0, x1, y1, … of a closed line along the edges of pixels. */
export type Ring = readonly number[];

/** A connected part of a mask. */
export interface Region {
  /** The outer border, clockwise on screen. */
  readonly outline: Ring;
  /** The borders of its holes, counterclockwise. */
  readonly holes: readonly Ring[];
}

/** Right, down, left, up: the step, and the offsets from its start to the pixels on its right and on its left. */
const directions = [
  { dx: 1, dy: 0, right: [0, 0], left: [0, -1] },
  { dx: 0, dy: 1, right: [-1, 0], left: [0, 0] },
  { dx: -1, dy: 0, right: [-1, -1], left: [-1, 0] },
  { dx: 0, dy: -1, right: [0, -1], left: [-1, -1] },
] as const;

/**
 * The connected parts of a mask as exact polygons, row by row: filled again (`polygonToRle`), outlines minus holes are
 * the mask. Pixels that touch only at a corner belong to separate parts.
 */
export function regionsOf(mask: Mask): readonly Region[] {
  check('regionsOf', { mask: [mask, kind.mask] });
  const parts = partsOf(mask);
  const outlines: Ring[] = [];
  const holes: Ring[][] = [];
  for (const { ring, pixel } of ringsOf(mask)) {
    const part = parts[pixel]!;
    if (signedArea(ring) > 0) outlines[part] = ring;
    else (holes[part] ??= []).push(ring);
  }
  return outlines.map((outline, part) => ({ outline, holes: holes[part] ?? [] }));
}

/**
 * The region as one polygon, for formats without holes: a line there and back connects each hole to the outline.
 */
export function asOnePolygon({ outline, holes }: Region): Ring {
  const [x = 0, y = 0] = outline;
  const joined = holes.flatMap((hole) => [...hole, ...hole.slice(0, 2), x, y]);
  return holes.length === 0 ? outline : [...outline, x, y, ...joined];
}

/** The number of the part that each pixel belongs to, in the order of their first pixels; −1 outside. */
function partsOf({ width, height, data }: Mask): Int32Array {
  const parts = new Int32Array(width * height).fill(-1);
  const open: number[] = [];
  let count = 0;
  for (let first = 0; first < data.length; first++) {
    if (data[first] === 0 || parts[first] !== -1) continue;
    const reach = (pixel: number) => {
      if (data[pixel] === 0 || parts[pixel] !== -1) return;
      parts[pixel] = count;
      open.push(pixel);
    };
    reach(first);
    for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
      const x = pixel % width;
      if (x > 0) reach(pixel - 1);
      if (x < width - 1) reach(pixel + 1);
      if (pixel >= width) reach(pixel - width);
      if (pixel + width < data.length) reach(pixel + width);
    }
    count++;
  }
  return parts;
}

interface Traced {
  readonly ring: Ring;
  /** A pixel of the part. */
  readonly pixel: number;
}

/** Every border between inside and outside, with the inside to its right. */
function* ringsOf(mask: Mask): Generator<Traced> {
  const { width, height, data } = mask;
  // Each ring has a step to the right, above some pixel.
  const seen = new Uint8Array(data.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const above = pixel >= width ? data[pixel - width]! : 0;
    if (data[pixel] !== 0 && above === 0 && seen[pixel] === 0)
      yield { ring: trace(mask, pixel % width, Math.floor(pixel / width), seen), pixel };
  }
}

function trace({ width, height, data }: Mask, startX: number, startY: number, seen: Uint8Array): Ring {
  const isInside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] !== 0;
  const isBorder = (x: number, y: number, turn: number) => {
    const { right, left } = directions[turn]!;
    return isInside(x + right[0], y + right[1]) && !isInside(x + left[0], y + left[1]);
  };
  const ring: number[] = [];
  let [x, y, heading] = [startX, startY, 0];
  do {
    if (heading === 0) seen[y * width + x] = 1;
    x += directions[heading]!.dx;
    y += directions[heading]!.dy;
    // Sharp right first, so that parts that touch at a corner stay apart.
    const next = [heading + 1, heading, heading + 3]
      .map((turn) => turn % 4)
      .find((turn) => isBorder(x, y, turn))!;
    if (next !== heading) ring.push(x, y);
    heading = next;
  } while (x !== startX || y !== startY || heading !== 0);
  return ring;
}

/** The number of pixels. */
export function areaOf({ outline, holes }: Region): number {
  return holes.reduce((area, hole) => area + signedArea(hole), signedArea(outline));
}

/** The smallest box around the region. */
export function boxOf({ outline }: Region): [x: number, y: number, width: number, height: number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < outline.length; i += 2) {
    left = Math.min(left, outline[i]!);
    right = Math.max(right, outline[i]!);
    top = Math.min(top, outline[i + 1]!);
    bottom = Math.max(bottom, outline[i + 1]!);
  }
  return [left, top, right - left, bottom - top];
}

/** Positive for outlines, which go clockwise; negative for holes. */
function signedArea(ring: Ring): number {
  let twice = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length;
    twice += ring[i]! * ring[j + 1]! - ring[j]! * ring[i + 1]!;
  }
  return twice / 2;
}
