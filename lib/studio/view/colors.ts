import { colorOfClass } from '../../tasks/draw/segmentation.js';

/** The color of a class, the same as on the command line. */
export function cssColorOf(index: number): string {
  return `rgb(${colorOfClass(index)
    .map((value) => Math.round(255 * value))
    .join(' ')})`;
}
