import { having, isFour, isImage, isLabelValue, isObject, isPlanes, isRle, isSize } from './forms.js';
import type { Kind } from './kind.js';

/** Pictures, boxes, masks and labels. */
export const pictureKinds = {
  size: { expected: 'a size, { width, height }', fits: isSize },
  planes: { expected: 'planes of pixels, { channels, width, height, data }', fits: isPlanes },
  image: {
    expected: 'a picture, as readImage returns it',
    fits: isImage,
  },
  images: {
    expected: 'an array of pictures, as readImage returns them',
    fits: (value) => Array.isArray(value) && value.every(isImage),
  },
  pixels: {
    expected: 'pixels, { width, height, data } with a typed array, such as an ImageData',
    fits: (value) => isSize(value) && ArrayBuffer.isView(Reflect.get(value, 'data')),
  },
  pictureSource: {
    expected: 'a picture, as readImage returns it, or a source of its parts, { width, height, read }',
    fits: (value) => isImage(value) || (isSize(value) && Reflect.has(value, 'read')),
  },
  background: {
    expected: 'three numbers in [0, 1]',
    fits: (value) => Array.isArray(value) && value.length === 3,
  },
  box: { expected: 'a box of four numbers', fits: isFour },
  boxes: {
    expected: 'an array of boxes of four numbers',
    fits: (value) => Array.isArray(value) && value.every(isFour),
  },
  labelPicture: { expected: 'a mask, as readLabels returns it', fits: having('stored', 'values') },
  labelValue: { expected: 'a number, or a color such as "#80c000"', fits: isLabelValue },
  labelValues: {
    expected: 'an array of numbers, or of colors such as "#80c000"',
    fits: (value) => Array.isArray(value) && value.every(isLabelValue),
  },
  classMap: {
    expected: 'a map of classes, { width, height, labels, classes }',
    fits: having('width', 'height', 'labels', 'classes'),
  },
  survey: { expected: 'a survey of masks, as LabelSurveyor returns it', fits: having('kind', 'found') },
  scheme: { expected: 'a scheme, as schemeOf returns it', fits: having('classes', 'ignore') },
  mask: {
    expected: 'a mask, { width, height, data }',
    fits: (value) => isSize(value) && ArrayBuffer.isView(Reflect.get(value, 'data')),
  },
  counts: {
    expected: 'a run-length coded mask, { counts }',
    fits: (value) => isObject(value) && ArrayBuffer.isView(Reflect.get(value, 'counts')),
  },
  rle: { expected: 'a run-length coded mask, { width, height, counts }', fits: isRle },
  rles: {
    expected: 'an array of run-length coded masks',
    fits: (value) => Array.isArray(value) && value.every(isRle),
  },
} as const satisfies Readonly<Record<string, Kind>>;
