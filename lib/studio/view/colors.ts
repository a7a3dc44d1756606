import { colorOfClass } from '../../tasks/draw/segmentation.js';

/** A class's color, the same that the command line draws. */
export function cssColorOf(index: number): string {
  return `rgb(${colorOfClass(index)
    .map((value) => Math.round(255 * value))
    .join(' ')})`;
}
