import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { preprocess, preprocessings } from '../input/preprocessing.js';
import { scaledSide } from './scaled-side.js';
import type { FasterRcnnTraits } from './settings.js';

export interface Transformed {
  /** The input of the backbone; both sides are multiples of 32. */
  readonly padded: Value;
  /** Height and width of the resized picture before padding, one-element int64 vectors. */
  readonly height: Value;
  readonly width: Value;
  /** Original pixels for each resized pixel: [x, y, x, y]. */
  readonly toOriginal: Value;
}

/** Resizes and pads a picture of any size, 1×3×height×width RGB in [0, 1], as torchvision does. */
export function transform(
  b: Builder,
  image: Value,
  { minSize, maxSize }: Pick<FasterRcnnTraits, 'minSize' | 'maxSize'>,
): Transformed {
  const [originalHeight, originalWidth] = [b.dim(image, 2), b.dim(image, 3)];
  const shorter = b.minimum(originalHeight, originalWidth);
  const longer = b.maximum(originalHeight, originalWidth);
  const isTooLong = b.greater(b.mul(longer, minSize), b.mul(shorter, maxSize));
  const scale = {
    above: b.where(isTooLong, b.sizes([maxSize]), minSize),
    below: b.where(isTooLong, longer, shorter),
  };
  // Exactly torchvision's size, which it computes in Python's floats.
  const [height, width] = [originalHeight, originalWidth].map((side) => scaledSide(b, side, scale));
  const normal = preprocess(b, image, preprocessings.imagenet, 'data');
  const resized = b.op('Resize', [normal, undefined, undefined, b.join([1, 3, height!, width!])], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
  const missing = (side: Value) => b.sub(b.mul(b.div(b.add(side, 31), 32), 32), side);
  const padded = b.pad(resized, [0, 0, 0, 0, 0, 0, missing(height!), missing(width!)]);
  const ratio = (original: Value, side: Value) => b.div(b.cast(original, 'float32'), b.cast(side, 'float32'));
  const [x, y] = [ratio(originalWidth, width!), ratio(originalHeight, height!)];
  return { padded, height: height!, width: width!, toOriginal: b.concat([x, y, x, y], 0) };
}
