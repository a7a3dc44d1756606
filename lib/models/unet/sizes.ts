import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';

/** How a U-Net's sizes go, along one axis. */
export interface Geometry {
  /** Sizes at the bottom count in steps of so many pixels: 2 to the number of poolings. */
  readonly grid: number;
  /** Pixels that the convolutions of one block lose: 0, or 4 of two valid 3×3 convolutions. */
  readonly loss: number;
}

/**
 * Pixels of the picture that a valid U-Net's output lacks on each side, 92 with four poolings; and about how far away
 * a pixel can be and still matter to another, whatever the padding.
 */
export function marginOf({ grid, loss }: Geometry): number {
  return (loss * (3 * grid - 2)) / 2;
}

/**
 * The least size of input, margin included, that every pooling halves and whose output covers `length` pixels: of a
 * valid U-Net with four poolings 572 for 388.
 */
export function inputLength(b: Builder, length: Value, { grid, loss }: Geometry): Value {
  const steps = b.div(b.add(length, loss * (grid - 1) + grid - 1), grid);
  return b.add(b.mul(steps, grid), loss * (2 * grid - 1));
}

/**
 * The picture with its mirror image around it along `axis` (the edge itself is not repeated), `before` pixels of it at
 * the begin and `length` in all, however small the picture.
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
