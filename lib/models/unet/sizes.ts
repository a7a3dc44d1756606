import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';

/** The constants that determine a U-Net's sizes, along one axis. */
export interface Geometry {
  /** Picture pixels for each pixel of the lowest level: 2 to the number of poolings. */
  readonly grid: number;
  /** Pixels that one block removes: 0 with padding, 4 for two 3×3 convolutions without. */
  readonly loss: number;
}

/**
 * The pixels that the output of a U-Net without padding lacks on each side: 92 with four poolings. With any padding,
 * also roughly the largest distance at which one pixel influences another.
 */
export function marginOf({ grid, loss }: Geometry): number {
  return (loss * (3 * grid - 2)) / 2;
}

/**
 * The smallest input size, margin included, that every pooling halves exactly and whose output covers `length` pixels.
 * A U-Net without padding and with four poolings needs 572 for 388.
 */
export function inputLength(b: Builder, length: Value, { grid, loss }: Geometry): Value {
  const steps = b.div(b.add(length, loss * (grid - 1) + grid - 1), grid);
  return b.add(b.mul(steps, grid), loss * (2 * grid - 1));
}

/**
 * Pads the picture with its mirror image along `axis`, without repeating the edge: `before` pixels at the start, and
 * `length` pixels in all. The picture may be smaller than the padding.
 */
export function mirror(b: Builder, x: Value, axis: number, before: number, length: Value): Value {
  const size = b.dim(x, axis);
  if (size.content !== null && size.content[0] === length.content?.[0]) return x;
  const period = b.maximum(b.sub(b.mul(size, 2), 2), 1);
  const scalar = (value: Value) => b.squeeze(value, [0]);
  const positions = b.op('Range', [
    b.scalar(-before, 'int64'),
    scalar(b.sub(length, before)),
    b.scalar(1, 'int64'),
  ]);
  const phase = b.op('Mod', [positions, period]);
  return b.gather(x, b.minimum(phase, b.sub(period, phase)), axis);
}
