import { OneirosError } from '../../base/errors.js';
import { type Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr, describe } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { kernelCotangent } from './kernel-gradient.js';
import { rule, type RuleTable } from './rule.js';
import { padsOf, positionsIn, spatialAxes, tilesOf, type Window, windowOf } from './window.js';

/** Convolutions of any number of spatial axes: N × C × … with kernels M × C/groups × … */
export const convolution: RuleTable = {
  Conv: rule(2, ({ b, node, dy, x: [x, w, bias], y: [y] }) => {
    const window = windowOf(b, node, x, y, kernelOf(node, w));
    const groups = attr.int(node, 'group', 1);
    return [
      () => inputCotangent(b, dy, w, x, window, groups),
      () => kernelCotangent(b, dy, x, w, window, groups),
      bias && (() => b.sum(dy, [0, ...spatialAxes(dy)], false)),
    ].map((cotangent) => cotangent ?? null);
  }),
  // The transpose of a convolution from y to x, so its gradient is that convolution.
  ConvTranspose: rule(2, ({ b, node, dy, x: [x, w, bias], y: [y] }) => {
    const window = transposedWindow(b, node, x, y, kernelOf(node, w));
    const { strides, dilations } = window;
    const groups = attr.int(node, 'group', 1);
    const axes = spatialAxes(x);
    return [
      () => {
        const padded = b.pad(dy, padsOf(window));
        const tiles = groups === 1 ? tilesOf(b, padded, window) : null;
        if (tiles !== null) return b.op('Conv', [tiles, pointwise(b, w)]);
        const full = b.op('Conv', [padded, w], { strides, dilations, group: groups });
        return b.slice(
          full,
          axes,
          axes.map(() => 0),
          axes.map((axis) => b.dim(x, axis)),
        );
      },
      () => kernelCotangent(b, x, dy, w, window, groups),
      bias && (() => b.sum(dy, [0, ...axes], false)),
    ].map((cotangent) => cotangent ?? null);
  }),
};

/** The window that slides over y, with the padding that restores x's size. */
function transposedWindow(b: Builder, node: Node, x: Value, y: Value, kernel: readonly number[]): Window {
  const n = kernel.length;
  const strides = attr.ints(node, 'strides', Array<number>(n).fill(1));
  const dilations = attr.ints(node, 'dilations', Array<number>(n).fill(1));
  const extent = kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
  const auto = attr.string(node, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET' && !attr.has(node, 'output_shape')) {
    const pads = attr.ints(node, 'pads', Array<number>(2 * n).fill(0));
    return { kernel, strides, dilations, extent, begin: pads.slice(0, n), end: pads.slice(n) };
  }
  const none = Array<number>(n).fill(0);
  if (auto === 'VALID') return { kernel, strides, dilations, extent, begin: none, end: none };
  // The padding follows from y's size; an odd element goes to the end for SAME_UPPER, to the beginning otherwise. If y
  // is larger than the windows reach, nothing is cut off, and the rest of y is not part of any window.
  const extra = attr.ints(node, 'output_padding', none);
  const reached = extent.map((reach, i) => b.add(b.mul(b.sub(b.dim(x, i + 2), 1), strides[i]!), reach));
  const begin = reached.map((size, i) => {
    const total = b.maximum(b.sub(b.add(size, extra[i]!), b.dim(y, i + 2)), 0);
    const half = b.div(total, 2);
    return auto === 'SAME_UPPER' ? half : b.sub(total, half);
  });
  const end = reached.map((size, i) => b.sub(b.sub(size, b.dim(y, i + 2)), begin[i]!));
  return { kernel, strides, dilations, extent, begin, end };
}

/** Spatial sizes of a kernel, which must be known, since the number of nodes depends on them. */
export function kernelOf(node: Node, w: Value): readonly number[] {
  return shapeOf(w)
    .slice(2)
    .map((size) => {
      if (typeof size === 'number') return size;
      throw new OneirosError('unsupported', `${describe(node)}: the gradient needs a kernel of known size`);
    });
}

/**
 * dx: `dy` convolved with the kernel rotated by 180°, its channel axes exchanged. At stride 1 as Conv, which providers
 * have optimized further than ConvTranspose (1.3 times faster on the CPU); otherwise as ConvTranspose.
 */
function inputCotangent(b: Builder, dy: Value, w: Value, x: Value, window: Window, groups: number): Value {
  const { strides, dilations, extent, begin, end } = window;
  const pads = [...begin, ...end].map((pad, i) =>
    typeof pad === 'number' ? extent[i % extent.length]! - 1 - pad : -1,
  );
  if (strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0))
    return b.op('Conv', [dy, rotated(b, w, groups)], { dilations, group: groups, pads });

  const known = [...begin, ...end].every((pad) => typeof pad === 'number');
  // The number of rows that no stride reached depends on the image's size: make the most possible, then crop.
  const full = b.op('ConvTranspose', [dy, w], {
    strides,
    dilations,
    group: groups,
    pads: known ? [...begin, ...end].map(Number) : undefined,
    output_padding: known ? strides.map((stride) => stride - 1) : undefined,
  });
  const axes = spatialAxes(x);
  if (known)
    return b.slice(
      full,
      axes,
      axes.map(() => 0),
      axes.map((axis) => b.dim(x, axis)),
    );
  const grow = axes.map((axis, i) =>
    b.sub(b.sub(b.dim(x, axis), b.dim(full, axis)), b.neg(b.join([begin[i]!]))),
  );
  return b.pad(full, [0, 0, ...begin.map((pad) => b.neg(b.join([pad]))), 0, 0, ...grow]);
}

/** M × C × k → M × (k C) × 1: the kernel for an image whose windows' positions are channels (`tilesOf`). */
function pointwise(b: Builder, w: Value): Value {
  const positions = b.swap(b.reshape(w, [b.dim(w, 0), b.dim(w, 1), -1]));
  return b.reshape(positions, [b.dim(w, 0), -1, ...spatialAxes(w).map(() => 1)]);
}

/** M × C/g × k → C × M/g × k, rotated by 180° along the spatial axes. */
function rotated(b: Builder, w: Value, groups: number): Value {
  const axes = spatialAxes(w);
  const flipped = positionsIn(shapeOf(w).slice(2).map(Number)) === 1 ? w : flip(b, w, axes);
  if (groups === 1) return b.transpose(flipped, [1, 0, ...axes]);
  const spatial = axes.map((axis) => b.dim(w, axis));
  const grouped = b.reshape(flipped, [groups, -1, b.dim(w, 1), ...spatial]);
  const exchanged = b.transpose(grouped, [0, 2, 1, ...axes.map((axis) => axis + 1)]);
  return b.reshape(exchanged, [b.mul(b.dim(w, 1), groups), -1, ...spatial]);
}

function flip(b: Builder, x: Value, axes: readonly number[]): Value {
  const all = (value: number) => axes.map(() => value);
  return b.slice(x, axes, all(-1), all(-Infinity), all(-1));
}
