import type { Value } from '../../onnx/builder.js';
import type { Builder } from '../../onnx/ops.js';
import { preprocess, preprocessings } from '../preprocessing.js';
import type { FasterRcnnTraits } from './traits.js';

export interface Transformed {
  /** What the backbone sees: both sides multiples of 32. */
  readonly padded: Value;
  /** Height and width of the resized picture in it, one-element int64 vectors. */
  readonly height: Value;
  readonly width: Value;
  /** Pixels of the original picture for one of the resized, [width, height, width, height]. */
  readonly toOriginal: Value;
}

/** Resizes and pads a picture of any size, 1×3×height×width RGB in [0, 1], as torchvision does. */
export function transform(
  b: Builder,
  image: Value,
  { minSize, maxSize }: Pick<FasterRcnnTraits, 'minSize' | 'maxSize'>,
): Transformed {
  const [originalHeight, originalWidth] = [b.dim(image, 2), b.dim(image, 3)];
  // In float64, as torchvision computes in Python: where m·(800/m) is just below 800, it takes 799 pixels, and so it is here.
  const [tall, wide] = [b.cast(originalHeight, 'float64'), b.cast(originalWidth, 'float64')];
  const shorter = b.op('Min', [tall, wide]);
  const longer = b.op('Max', [tall, wide]);
  const scale = b.op('Min', [b.div(minSize, shorter), b.div(maxSize, longer)]);
  const [height, width] = [tall, wide].map((side) => b.cast(b.mul(side, scale), 'int64'));
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
