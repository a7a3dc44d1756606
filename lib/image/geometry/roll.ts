import { type Planes, planes } from '../image.js';

/**
 * Shifts planes cyclically by whole pixels, right and down (numpy's `roll`): pixels that leave on one side enter on the
 * other. `roll(roll(p, dx, dy), −dx, −dy)` is `p`. DeepDream's jitter.
 */
export function roll<C extends number>(source: Planes<C>, dx: number, dy: number): Planes<C> {
  const { width, height, channels, data } = source;
  const result = planes(channels, source);
  const right = modulo(dx, width);
  const down = modulo(dy, height);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) {
      const from = (c * height + y) * width;
      const to = (c * height + ((y + down) % height)) * width;
      result.data.set(data.subarray(from, from + width - right), to + right);
      result.data.set(data.subarray(from + width - right, from + width), to);
    }
  return result;
}

function modulo(value: number, length: number): number {
  return ((value % length) + length) % length;
}
