import type { OptionKinds } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Random } from '../../tensor/random.js';

/** The source position of each pixel of a new picture: rows and columns, with fractions. */
export interface PixelMap {
  readonly height: number;
  readonly width: number;
  readonly rows: Float32Array;
  readonly columns: Float32Array;
}

export interface GeometryOptions {
  /** The side of a random square crop, in pixels. @default the whole picture */
  readonly crop?: number | undefined;
  /** Random mirror images, left to right and top to bottom. @default false */
  readonly flips?: boolean | undefined;
  /** Random quarter turns; half turns if the result is not square. @default false */
  readonly rotations?: boolean | undefined;
  /**
   * Elastic deformation, as in U-Net's training (Ronneberger et al. 2015, section 3.1): random vectors on a coarse
   * grid, interpolated by cubics, move the pixels. @default none
   */
  readonly elastic?: ElasticOptions | undefined;
}

export interface ElasticOptions {
  /** Standard deviation of the displacement along each axis, in pixels. @default 10 */
  readonly deviation?: number | undefined;
  /** Points of the grid along each axis. @default 3 */
  readonly grid?: number | undefined;
  /**
   * The share of the pictures that are deformed, in [0, 1]. Deformation blurs a little, so a network trained only on
   * deformed pictures is worse on ordinary ones. @default 0.5
   */
  readonly share?: number | undefined;
}

export const elasticKinds: OptionKinds<ElasticOptions> = {
  deviation: kind.number,
  grid: kind.number,
  share: kind.number,
};

/** One map with a random crop, mirror image, rotation and deformation of a picture. */
export function randomMap(
  [height, width]: readonly [height: number, width: number],
  { crop, flips = false, rotations = false, elastic }: GeometryOptions,
  random: Random,
): PixelMap {
  const [rows, columns] = [Math.min(crop ?? height, height), Math.min(crop ?? width, width)];
  const coin = () => random.integer(0, 1) === 1;
  const square = rows === columns;
  const mirrored = [flips && coin(), flips && coin()] as const;
  const turned = rotations && coin();
  // A half turn is both mirror images.
  const half = rotations && coin();
  const top = random.integer(0, height - rows);
  const left = random.integer(0, width - columns);
  const map = mapOf(rows, columns, (row, column) => {
    const [r, c] = turned && square ? [column, rows - 1 - row] : [row, column];
    return [
      top + (mirrored[0] !== half ? rows - 1 - r : r),
      left + (mirrored[1] !== half ? columns - 1 - c : c),
    ];
  });
  if (elastic !== undefined && random.uniform() < (elastic.share ?? 0.5)) deform(map, elastic, random);
  return map;
}

function mapOf(
  height: number,
  width: number,
  source: (row: number, column: number) => readonly [number, number],
): PixelMap {
  const rows = new Float32Array(height * width);
  const columns = new Float32Array(height * width);
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++, at++) {
      const [r, c] = source(row, column);
      rows[at] = r;
      columns[at] = c;
    }
  return { height, width, rows, columns };
}

/** Adds a smooth random displacement to each pixel's source, in place. */
function deform(
  { height, width, rows, columns }: PixelMap,
  { deviation = 10, grid = 3 }: ElasticOptions,
  random: Random,
): void {
  for (const positions of [rows, columns]) {
    const vectors = Float64Array.from({ length: grid * grid }, () => deviation * random.normal());
    const [down, across] = [weightsAlong(height, grid), weightsAlong(width, grid)];
    const strip = new Float64Array(grid);
    for (let row = 0, at = 0; row < height; row++) {
      for (let j = 0; j < grid; j++) {
        let sum = 0;
        for (let i = 0; i < grid; i++) sum += down[row * grid + i]! * vectors[i * grid + j]!;
        strip[j] = sum;
      }
      for (let column = 0; column < width; column++, at++) {
        let sum = 0;
        for (let j = 0; j < grid; j++) sum += across[column * grid + j]! * strip[j]!;
        positions[at]! += sum;
      }
    }
  }
}

/**
 * The weight of each grid point at each pixel: cubic convolution (Keys 1981, a = −½) between grid points from the first
 * pixel to the last. Beyond the ends, the last point is repeated.
 */
function weightsAlong(length: number, grid: number): Float64Array {
  const weights = new Float64Array(length * grid);
  for (let pixel = 0; pixel < length; pixel++) {
    const position = length === 1 ? 0 : (pixel * (grid - 1)) / (length - 1);
    const first = Math.floor(position) - 1;
    for (let i = first; i < first + 4; i++) {
      const point = Math.min(grid - 1, Math.max(0, i));
      weights[pixel * grid + point]! += keys(Math.abs(position - i));
    }
  }
  return weights;
}

function keys(distance: number): number {
  if (distance >= 2) return 0;
  const [d, dd] = [distance, distance * distance];
  return d < 1 ? 1.5 * dd * d - 2.5 * dd + 1 : -0.5 * dd * d + 2.5 * dd - 4 * d + 2;
}
