import { roundHalfToEven } from '../../base/round.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { float32, type Float32Tensor } from '../../tensor/tensor.js';

/** The anchors' sizes of torchvision's networks, in pixels: a list for each level of the pyramid, or one list for all. */
export const anchorSizes = {
  resnet: [[32], [64], [128], [256], [512]],
  mobilenet: [[32, 64, 128, 256, 512]],
} as const;

/** Anchors centered at the origin, `[ratios · sizes, 4]`, with edges rounded to whole pixels. Sizes vary fastest. */
export function cellAnchors(sizes: readonly number[], aspectRatios: readonly number[]): Float32Tensor {
  const edges = aspectRatios.flatMap((ratio) => {
    const tall = Math.fround(Math.sqrt(Math.fround(ratio)));
    const wide = Math.fround(1 / tall);
    return sizes.flatMap((size) => {
      const [x, y] = [Math.fround(wide * size) / 2, Math.fround(tall * size) / 2];
      return [-x, -y, x, y].map(roundHalfToEven);
    });
  });
  return float32(Float32Array.from(edges), [edges.length / 4, 4]);
}

/** Anchors at every position of a feature map, `[height · width · anchors, 4]`, in pixels of the padded picture. */
export function anchorsOf(b: Builder, feature: Value, padded: Value, cell: Float32Tensor): Value {
  const [rows, columns] = [b.dim(feature, 2), b.dim(feature, 3)];
  const y = b.reshape(multiples(b, rows, b.div(b.dim(padded, 2), rows)), [-1, 1, 1]);
  const x = b.reshape(multiples(b, columns, b.div(b.dim(padded, 3), columns)), [1, -1, 1]);
  const shape = b.join([rows, columns, 1]);
  const [down, right] = [b.expand(y, shape), b.expand(x, shape)];
  const shifts = b.reshape(b.concat([right, down, right, down], 2), [-1, 1, 4]);
  return b.reshape(b.add(shifts, b.constant(cell)), [-1, 4]);
}

/** `count` multiples of `stride`, from 0; both are one-element int64 vectors. */
function multiples(b: Builder, count: Value, stride: Value): Value {
  const steps = b.range(count);
  return b.cast(b.mul(steps, stride), 'float32');
}
