import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { float32 } from '../../../lib/tensor/tensor.js';

/** Predictions for some positions. */
export type Rows = readonly (readonly [place: number, row: readonly number[]])[];

export interface YoloxForm {
  readonly batch?: number | string;
  readonly decoded?: boolean;
  readonly sigmoids?: boolean;
  /** Nodes to add after the rows. */
  readonly end?: (b: Builder, rows: Value) => Value;
  readonly classes?: string;
}

/** The inverse of the sigmoid, limited to ±20. */
const logit = (p: number) => Math.max(-20, Math.min(20, Math.log(p / (1 - p))));

/**
 * A YOLOX for 32×32 pixels and two classes, with 16 + 4 + 1 positions. Its last convolutions give the same result for
 * every picture, plus `slopes` times the picture's brightness (0…255).
 * @param rows x, y, w, h before decoding; objectness and classes as probabilities
 */
export function yolox(
  rows: Rows,
  { batch = 1, decoded = false, sigmoids = true, end, classes = 'cat,dog' }: YoloxForm = {},
  slopes: Rows = [],
  mixes = false,
): Uint8Array {
  const b = new Builder();
  const input = b.input('images', 'float32', [batch, 3, 32, 32]);
  const brightness = b.mean(input, mixes ? undefined : [1, 2, 3]);
  const kernel = b.constant(
    float32(
      Float32Array.from({ length: 49 }, (_, i) => (i % 8 === 0 ? 1 : 0)),
      [7, 7, 1, 1],
    ),
  );
  const levels = [8, 16, 32].map((stride, level) => {
    const side = 32 / stride;
    const first = [0, 16, 20][level]!;
    const map = (given: Rows, of: (value: number, column: number) => number) => {
      const data = new Float32Array(7 * side * side).fill(0);
      if (given === rows) data.fill(-20, 4 * side * side);
      for (const [place, row] of given)
        if (place >= first && place < first + side * side)
          row.forEach((value, column) => (data[column * side * side + place - first] = of(value, column)));
      return b.constant(float32(data, [1, 7, side, side]));
    };
    const features = b.add(
      map(rows, (value, column) => (column < 4 ? value : logit(value))),
      b.mul(
        map(slopes, (value) => value),
        brightness,
      ),
    );
    const scores = b.op('Conv', [features, kernel], { kernel_shape: [1, 1] });
    const [box, rest] = [b.slice(scores, [1], [0], [4]), b.slice(scores, [1], [4], [7])];
    const joined = b.concat([box, sigmoids ? b.sigmoid(rest) : rest], 1);
    return b.reshape(joined, [0, 7, side * side]);
  });
  const raw = b.transpose(b.concat(levels, 2), [0, 2, 1]);
  const places = [8, 16, 32].flatMap((stride) =>
    Array.from({ length: (32 / stride) ** 2 }, (_, i) => ({
      x: i % (32 / stride),
      y: Math.floor(i / (32 / stride)),
      stride,
    })),
  );
  const grid = b.constant(
    float32(
      places.flatMap(({ x, y }) => [x, y]),
      [1, 21, 2],
    ),
  );
  const steps = b.constant(
    float32(
      places.map(({ stride }) => stride),
      [1, 21, 1],
    ),
  );
  const decode = () => {
    const [xy, wh, rest] = b.split(raw, [2, 2, 3], 2, 3);
    return b.concat([b.mul(b.add(xy!, grid), steps), b.mul(b.exp(wh!), steps), rest!], 2);
  };
  const made = decoded ? decode() : raw;
  b.output(end?.(b, made) ?? made, 'output');
  return encodeModel(b.model(classes === '' ? {} : { classes }));
}
