import type { Builder, Operand } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { largestGrowth } from './settings.js';

// Boxes are [..., 4]: left, top, right, bottom edge.

/** The four columns of boxes or offsets, each [..., 1]. */
function columns(b: Builder, boxes: Value): readonly [Value, Value, Value, Value] {
  const axis = (boxes.type?.shape?.length ?? 2) - 1;
  const column = (i: number) => b.slice(boxes, [axis], [i], [i + 1]);
  return [column(0), column(1), column(2), column(3)];
}

interface Centered {
  readonly x: Value;
  readonly y: Value;
  readonly width: Value;
  readonly height: Value;
}

function centered(b: Builder, boxes: Value): Centered {
  const [x0, y0, x1, y1] = columns(b, boxes);
  const [width, height] = [b.sub(x1, x0), b.sub(y1, y0)];
  return { x: b.add(x0, b.mul(width, 0.5)), y: b.add(y0, b.mul(height, 0.5)), width, height };
}

/**
 * Boxes from anchors and offsets (Girshick et al. 2014): the center moves by a fraction of the anchor's size, and the
 * size is scaled by the exponential of the offset.
 */
export function decodeBoxes(
  b: Builder,
  offsets: Value,
  anchors: Value,
  weights: readonly [number, number, number, number] = [1, 1, 1, 1],
): Value {
  const from = centered(b, anchors);
  const [dx, dy, dw, dh] = columns(b, offsets).map((column, i) =>
    weights[i] === 1 ? column : b.div(column, weights[i]!),
  );
  const grown = (growth: Value, size: Value) => b.mul(b.exp(b.minimum(growth, largestGrowth)), size);
  const x = b.add(b.mul(dx!, from.width), from.x);
  const y = b.add(b.mul(dy!, from.height), from.y);
  const halfWidth = b.mul(grown(dw!, from.width), 0.5);
  const halfHeight = b.mul(grown(dh!, from.height), 0.5);
  const edges = [b.sub(x, halfWidth), b.sub(y, halfHeight), b.add(x, halfWidth), b.add(y, halfHeight)];
  return b.op('Concat', edges, { axis: -1 });
}

/** The offsets of boxes relative to anchors: the inverse of `decodeBoxes`. */
export function encodeBoxes(
  b: Builder,
  boxes: Value,
  anchors: Value,
  weights: readonly [number, number, number, number] = [1, 1, 1, 1],
): Value {
  const [from, to] = [centered(b, anchors), centered(b, boxes)];
  const offsets = [
    b.div(b.sub(to.x, from.x), from.width),
    b.div(b.sub(to.y, from.y), from.height),
    b.log(b.div(to.width, from.width)),
    b.log(b.div(to.height, from.height)),
  ].map((offset, i) => (weights[i] === 1 ? offset : b.mul(offset, weights[i]!)));
  return b.op('Concat', offsets, { axis: -1 });
}

/** Clips boxes to the picture, whose sides are one-element int64 vectors. */
export function clipBoxes(b: Builder, boxes: Value, width: Value, height: Value): Value {
  const [right, bottom] = [b.cast(width, 'float32'), b.cast(height, 'float32')];
  const within = b.op('Min', [b.maximum(boxes, 0), b.concat([right, bottom, right, bottom], 0)]);
  return within;
}

/** Whether both sides of a box are at least `least` long, bool [...]. */
export function isLarge(b: Builder, boxes: Value, least: number): Value {
  const [x0, y0, x1, y1] = columns(b, boxes);
  const long = (from: Value, to: Value) => b.greaterOrEqual(b.sub(to, from), least);
  return b.op('Squeeze', [b.and(long(x0, x1), long(y0, y1)), b.sizes([-1])]);
}

/** The areas, `[n, 1]`, of boxes, `[n, 4]`. */
export function areaOf(b: Builder, boxes: Value): Value {
  const [x0, y0, x1, y1] = columns(b, boxes);
  return b.mul(b.sub(x1, x0), b.sub(y1, y0));
}

/** Intersection over union of every box of `a` with every box of `c`, `[n, m]`. */
export function pairwiseIou(b: Builder, a: Value, c: Value): Value {
  const [left, top, right, bottom] = columns(b, a);
  const [l, t, r, d] = columns(b, c).map((column) => b.swap(column));
  const along = (from: Operand, other: Value, to: Operand, end: Value) =>
    b.relu(b.sub(b.minimum(to, end), b.maximum(from, other)));
  const both = b.mul(along(left, l!, right, r!), along(top, t!, bottom, d!));
  return b.div(both, b.sub(b.add(areaOf(b, a), b.swap(areaOf(b, c))), both));
}
