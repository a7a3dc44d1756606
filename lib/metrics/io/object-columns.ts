import { OneirosError } from '../../base/errors.js';
import type { CocoBox, IouType, MaskColumn, ObjectTable, Shape } from '../detection/tables.js';
import { rleArea, rleBox } from '../masks/rle.js';
import { floats, uints } from './column.js';

/** Collects the common columns of true objects and detections, object by object. */
export interface ObjectColumns {
  readonly length: number;
  /**
   * @param area the stated area, if any
   * @throws OneirosError `bad-input` for a box that is not finite or is inverted, an area below 0, or a missing mask
   */
  add(image: number, category: number, shape: Shape, area: number | undefined): void;
  finish(): ObjectTable;
}

export function objectColumns(iouType: IouType): ObjectColumns {
  const [image, category, boxes, area] = [uints(), uints(), floats(), floats()];
  const [start, counts] = [floats(), uints()];
  start.push(0);
  return {
    get length() {
      return image.length;
    },
    add(imageIndex, categoryIndex, shape, stated) {
      const box = 'counts' in shape ? rleBox(shape) : shape;
      checkBox(box);
      const size = stated ?? ('counts' in shape ? rleArea(shape) : box[2] * box[3]);
      if (!(Number.isFinite(size) && size >= 0))
        throw new OneirosError('bad-input', `its area is ${size}: expected a finite number ≥ 0`);
      if (iouType === 'segm' && !('counts' in shape))
        throw new OneirosError(
          'bad-input',
          'it has only a box: expected a mask, as objects are compared by masks',
        );
      image.push(imageIndex);
      category.push(categoryIndex);
      boxes.pushAll(box);
      area.push(size);
      if (iouType === 'bbox' || !('counts' in shape)) return;
      counts.pushAll(shape.counts);
      start.push(counts.length);
    },
    finish() {
      const masks: MaskColumn | null =
        iouType === 'segm' ? { start: start.finish(), counts: counts.finish() } : null;
      return {
        count: image.length,
        image: image.finish(),
        category: category.finish(),
        boxes: boxes.finish(),
        area: area.finish(),
        masks,
      };
    },
  };
}

function checkBox(box: CocoBox): void {
  if (box.every(Number.isFinite) && box[2] >= 0 && box[3] >= 0) return;
  throw new OneirosError(
    'bad-input',
    `its box is [${box.join(', ')}]: expected finite x, y, width and height, the last two ≥ 0`,
  );
}
