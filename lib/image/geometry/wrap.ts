import { type Planes, planes } from '../image.js';
import type { Rectangle } from './crop.js';

/**
 * The part of the planes inside a rectangle at any position: beyond each edge, they continue with the opposite edge. A
 * rectangle of their own size at (−dx, −dy) is the planes shifted cyclically to the right and down, numpy's `roll`:
 * DeepDream's jitter.
 * @param memory where to write the result, of its length; by default new memory
 */
export function cropWrapped<C extends number>(
  source: Planes<C>,
  rectangle: Rectangle,
  memory?: Float32Array,
): Planes<C> {
  const result = planes(source.channels, rectangle, memory);
  wrappedRows(source, rectangle, (from, to, length) => {
    result.data.set(source.data.subarray(from, from + length), to);
  });
  return result;
}

/**
 * Visits the pixels of a rectangle at any position in pieces of rows: each begins at index `outer` of the planes' data
 * and at index `inner` of the data of the rectangle's planes.
 */
export function wrappedRows(
  { channels, width, height }: Planes,
  rectangle: Rectangle,
  visit: (outer: number, inner: number, length: number) => void,
): void {
  const left = modulo(rectangle.x, width);
  let inner = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < rectangle.height; y++) {
      const row = (c * height + modulo(rectangle.y + y, height)) * width;
      for (let x = 0, column = left; x < rectangle.width; column = 0) {
        const length = Math.min(rectangle.width - x, width - column);
        visit(row + column, inner, length);
        x += length;
        inner += length;
      }
    }
}

function modulo(value: number, length: number): number {
  return ((value % length) + length) % length;
}
