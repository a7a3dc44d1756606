import { OneirosError } from '../../base/errors.js';
import type { Size } from '../../image/image.js';
import type { BoxForm } from '../boxes/boxes.js';
import type { CocoBox } from '../detection/tables.js';

/** The four numbers of a box: corner and size, two corners, or center and size. */
export type PascalForm = BoxForm | 'cxcywh';

/** The box of a line. @param size what the numbers are parts of; for pixels 1 × 1 */
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

/** How far relative boxes may reach beyond their picture, in parts of it. */
const tolerance = 0.05;

/**
 * Looks whether boxes that are parts of pictures lie in these: numbers in another order do not.
 * @param advice what else the numbers may be
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
    /** @throws OneirosError `bad-input` if more than half of them do not */
    check(): void {
      if (2 * beyond > boxes)
        throw new OneirosError(
          'bad-input',
          `${beyond} of ${boxes} boxes reach beyond their pictures: ${advice}`,
        );
    },
  };
}
