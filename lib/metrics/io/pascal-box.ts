import { OneirosError } from '../../base/errors.js';
import type { Size } from '../../image/image.js';
import type { BoxForm } from '../boxes/boxes.js';
import type { CocoBox } from '../detection/tables.js';

/** The four numbers of a box: corner and size, two corners, or center and size. */
export type PascalForm = BoxForm | 'cxcywh';

/** The box of a line. @param size the size of the picture for relative boxes; 1 × 1 for pixels */
export function boxOf(numbers: readonly number[], form: PascalForm, { width, height }: Size): CocoBox {
  const [a = NaN, b = NaN, c = NaN, d = NaN] = numbers;
  switch (form) {
    case 'xywh':
      return [a * width, b * height, c * width, d * height];
    case 'xyxy':
      return [a * width, b * height, (c - a) * width, (d - b) * height];
    case 'cxcywh':
      return [(a - c / 2) * width, (b - d / 2) * height, c * width, d * height];
  }
}

/** How far relative boxes may extend beyond their picture, as a fraction of it. */
const tolerance = 0.05;

/**
 * Checks that relative boxes are inside their pictures: numbers in a wrong order usually are not.
 * @param advice what to check, for the error
 */
export function withinPictures(advice: string) {
  let [boxes, beyond] = [0, 0];
  return {
    add([x, y, w, h]: CocoBox, { width, height }: Size): void {
      boxes++;
      const least = Math.min(x / width, y / height);
      const most = Math.max((x + w) / width, (y + h) / height);
      if (least < -tolerance || most > 1 + tolerance) beyond++;
    },
    /** @throws OneirosError `bad-input` if more than half of them are not */
    check(): void {
      if (2 * beyond > boxes)
        throw new OneirosError(
          'bad-input',
          `${beyond} of ${boxes} boxes extend beyond their pictures: ${advice}`,
        );
    },
  };
}
