import { wrappedRows } from '../../image/geometry/wrap.js';
import type { Image } from '../../image/image.js';
import type { Direction } from './direction.js';
import type { Shift } from './tiled-gradient.js';

/**
 * Moves a picture by `length` times a direction, in place, and clamps its values to [0, 1]; NaN stays NaN.
 * @param shift the direction is that of the picture shifted by this
 */
export function climb(picture: Image, direction: Direction<3>, length: number, shift: Shift): void {
  const shifted = { x: -shift.x, y: -shift.y, width: picture.width, height: picture.height };
  wrappedRows(picture, shifted, (at, from, count) => {
    moveRow(picture.data, at, direction, from, count, length);
  });
}

function moveRow(
  x: Float32Array,
  at: number,
  { planes, scale }: Direction,
  from: number,
  count: number,
  length: number,
): void {
  const { data } = planes;
  for (let i = 0; i < count; i++) {
    const moved = x[at + i]! + length * Math.fround(data[from + i]! * scale);
    x[at + i] = moved <= 0 ? 0 : moved >= 1 ? 1 : moved;
  }
}
