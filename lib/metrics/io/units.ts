import { OneirosError } from '../../base/errors.js';
import { idText } from '../detection/ids.js';
import type { Detections, ImageEntry, ObjectTable, Truth } from '../detection/tables.js';

/** How far rounding may move relative boxes beyond the unit square. */
const tolerance = 0.01;

/**
 * Refuses relative boxes (as YOLO writes them) where pixels are expected. They give figures that look right and are
 * wrong: center boxes read as corners can give an IoU of 1 to boxes of very different sizes.
 * @throws OneirosError `bad-input` if all true boxes of an image are within one pixel of the picture's corner
 */
export function checkTruthUnits(truth: Truth, advice: string): void {
  const relative = new Uint8Array(truth.images.length).fill(1);
  const sized = new Uint8Array(truth.images.length);
  for (let i = 0; i < truth.count; i++) {
    const image = truth.image[i]!;
    if (!isRelative(truth, i)) relative[image] = 0;
    if (hasInside(truth, i)) sized[image] = 1;
  }
  const found = relative.findIndex((flag, image) => flag === 1 && sized[image] === 1);
  if (found >= 0) throw looksRelative(`the boxes of image ${imageText(truth.images[found])}`, advice);
}

/**
 * The same check for detections, some of which may well be tiny.
 * @throws OneirosError `bad-input` if all of them are within one pixel of the picture's corner
 */
export function checkDetectionUnits(detections: Detections, advice: string): void {
  const places = Array.from({ length: detections.count }, (_, i) => i);
  if (places.some((i) => hasInside(detections, i)) && places.every((i) => isRelative(detections, i)))
    throw looksRelative('all boxes', advice);
}

function isRelative({ boxes }: ObjectTable, i: number): boolean {
  for (let k = 4 * i; k < 4 * i + 4; k++)
    if (!(boxes[k]! >= -tolerance && boxes[k]! <= 1 + tolerance)) return false;
  return true;
}

function hasInside({ boxes }: ObjectTable, i: number): boolean {
  return boxes[4 * i + 2]! > 0 && boxes[4 * i + 3]! > 0;
}

function looksRelative(which: string, advice: string): OneirosError {
  return new OneirosError(
    'bad-input',
    `${which} contain only numbers from 0 to 1: they look like fractions of the picture, but pixels are expected${advice}`,
  );
}

function imageText(image: ImageEntry | undefined): string {
  return image === undefined ? '' : idText(image.id);
}
