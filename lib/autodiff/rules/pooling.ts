import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr, attributes } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { maxRoiCotangent } from './roi-pooling.js';
import { rule, type RuleTable } from './rule.js';
import {
  areTiles,
  elementsAlong,
  placeBack,
  spatialAxes,
  spreadBack,
  type Window,
  windowElements,
  windowOf,
} from './window.js';

/** y = (Σ window) / count, so every element of a window gets dy / count */
export const averagePool = rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
  const window = windowOf(b, node, x, y, attr.ints(node, 'kernel_shape'));
  const share = b.div(dy, countOf(b, x, y, window, attr.int(node, 'count_include_pad', 0) === 1));
  return [spreadBack(b, share, x, window)];
});

/**
 * Windows that are longer along an axis are not compared with their maximum element by element: each takes some six
 * nodes, and ONNX Runtime needs minutes to load ten thousands of nodes.
 */
const mostCompared = 256;

/** Pooling over windows and over the whole image, N × C × spatial axes. */
export const pooling: RuleTable = {
  // Each element gets the cotangent at the position where it was put.
  MaxUnpool: rule(2, ({ b, dy, x: [, places] }) => [b.gather(b.reshape(dy, [-1]), places, 0)]),
  // The whole cotangent goes to the window's first greatest element (PyTorch's convention); overlaps add up.
  MaxPool: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const window = windowOf(b, node, x, y, attr.ints(node, 'kernel_shape'));
    if (window.kernel.some((size) => size > mostCompared)) return [scattered(b, node, dy, x)];
    const padded = reach(b, x, y, window, isCeiled(node), -Infinity);
    if (!areTiles(padded, window)) return [alongAxes(b, node, dy, x, y)];
    return [placeBack(b, toFirst(b, windowElements(b, padded, y, window), y, dy), x, window)];
  }),
  AveragePool: averagePool,
  // y = (Σ |x|ᵖ)^(1/p)          dx = dy · sign(x) · (|x| / y)ᵖ⁻¹ for every window; 0 where y = 0
  LpPool: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const window = windowOf(b, node, x, y, attr.ints(node, 'kernel_shape'));
    const p = attr.int(node, 'p', 2);
    const share = b.where(b.equal(y, 0), 0, b.div(dy, power(b, y, p - 1)));
    const total = spreadBack(b, share, x, window);
    return [b.mul(total, signedPower(b, x, p - 1))];
  }),
  GlobalLpPool: rule(1, ({ b, node, dy, x: [x], y: [y] }) => {
    const p = attr.int(node, 'p', 2);
    const share = b.where(b.equal(y, 0), 0, b.div(dy, power(b, y, p - 1)));
    return [b.mul(share, signedPower(b, x, p - 1))];
  }),
  GlobalAveragePool: rule(1, ({ b, dy, x: [x] }) => {
    const count = b.castLike(b.elements(x, spatialAxes(x)), dy);
    return [b.expand(b.div(dy, count), b.shape(x))];
  }),
  // As MaxPool, for each cell of each region; an empty cell passes nothing. Regions are not differentiated.
  MaxRoiPool: rule(2, ({ b, node, dy, x: [x, regions] }) => [maxRoiCotangent(b, node, dy, x, regions)]),
  // Ties share the cotangent evenly, as in torch.amax.
  GlobalMaxPool: rule(1, ({ b, dy, x: [x], y: [y] }) => {
    const isMax = b.equal(x, y);
    const count = b.sum(b.castLike(isMax, x), spatialAxes(x));
    return [b.where(isMax, b.div(dy, count), 0)];
  }),
};

/**
 * One axis after the other, so that a window of k² elements takes 2 k comparisons: the maxima of the rows are compared
 * with the maximum, then the elements of a row with the row's. The first element of the first row that has the maximum
 * is the first in memory order.
 */
function alongAxes(b: Builder, node: Node, dy: Value, x: Value, y: Value): Value {
  const poolings = spatialAxes(x)
    .map((_, axis) => alongAxis(node, axis))
    .filter((pooling) =>
      [...attr.ints(pooling, 'kernel_shape'), ...attr.ints(pooling, 'strides')].some((n) => n > 1),
    );
  // What each pooling takes: the last axis is pooled first.
  const sources = poolings
    .slice(1)
    .reduceRight<readonly Value[]>(
      ([taken = x, ...rest], { attributes }) => [
        b.op('MaxPool', [taken], Object.fromEntries(attributes)),
        taken,
        ...rest,
      ],
      [x],
    );
  return poolings.reduce((cotangent, pooling, i) => {
    const [source, maxima] = [sources[i]!, i === 0 ? y : sources[i - 1]!];
    const window = windowOf(b, pooling, source, maxima, attr.ints(pooling, 'kernel_shape'));
    const elements = elementsOf(b, node, source, maxima, window);
    return placeBack(b, toFirst(b, elements, maxima, cotangent), source, window);
  }, dy);
}

/** The elements of windows that are longer than 1 along one axis at most. */
function elementsOf(b: Builder, node: Node, x: Value, y: Value, window: Window): readonly Value[] {
  const { kernel, strides, begin } = window;
  const at = kernel.findIndex((size, i) => size > 1 || strides[i]! > 1);
  const padding = begin[at];
  if (typeof padding === 'number') return elementsAlong(b, x, y, window, at + 2, padding, -Infinity);
  return windowElements(b, reach(b, x, y, window, isCeiled(node), -Infinity), y, window);
}

/** The pooling along one of its axes alone. */
function alongAxis(node: Node, axis: number): Node {
  const kernel = attr.ints(node, 'kernel_shape');
  const ones = kernel.map(() => 1);
  const only = (values: readonly number[], other: number) =>
    values.map((value, at) => (at % kernel.length === axis ? value : other));
  const own = attributes({
    kernel_shape: only(kernel, 1),
    strides: only(attr.ints(node, 'strides', ones), 1),
    dilations: only(attr.ints(node, 'dilations', ones), 1),
    pads: attr.has(node, 'pads') ? only(attr.ints(node, 'pads'), 0) : undefined,
    storage_order: undefined,
  });
  return { ...node, attributes: new Map([...node.attributes, ...own]) };
}

/** The share of each element of the windows: all of the cotangent for the first that equals the maximum. */
function toFirst(b: Builder, elements: readonly Value[], maxima: Value, cotangent: Value): readonly Value[] {
  let rest = cotangent;
  return elements.map((element, i) => {
    // What no other took is the last one's.
    if (i === elements.length - 1) return rest;
    const isMaximum = b.equal(element, maxima);
    const share = b.where(isMaximum, rest, 0);
    rest = b.where(isMaximum, 0, rest);
    return share;
  });
}

function isCeiled(node: Node): boolean {
  return attr.int(node, 'ceil_mode', 0) === 1;
}

/** Adds the cotangents at the places of the maxima, which the operator itself can tell; not every provider scatters. */
function scattered(b: Builder, node: Node, dy: Value, x: Value): Value {
  const attributes = { ...Object.fromEntries(node.attributes), storage_order: undefined };
  const [, places] = b.ops('MaxPool', [x], 2, attributes);
  const flat = (value: Value | undefined) => b.op('Reshape', [value, b.sizes([-1])]);
  const zeros = flat(b.fillLike(x, 0));
  const sums = b.op('ScatterElements', [zeros, flat(places), flat(dy)], { axis: 0, reduction: 'add' });
  return b.reshape(sums, b.shape(x));
}

/** The input with `value` around it as far as the windows reach; in `ceil_mode` that can be beyond the padding. */
function reach(b: Builder, x: Value, y: Value, window: Window, ceil: boolean, value: number): Value {
  const { begin, end, strides, extent } = window;
  const axes = spatialAxes(x);
  const after = axes.map((axis, i) => {
    if (!ceil) return end[i]!;
    const last = b.add(b.mul(b.sub(b.dim(y, axis), 1), strides[i]!), extent[i]!);
    return b.maximum(b.sub(b.sub(last, b.dim(x, axis)), b.join([begin[i]!])), 0);
  });
  return b.pad(x, [0, 0, ...begin, 0, 0, ...after], value);
}

/**
 * How many elements each window averages over: 1 × 1 × (spatial axes of y), computed by pooling ones. With
 * `count_include_pad` the padding counts, but never what `ceil_mode` adds beyond it.
 */
function countOf(b: Builder, x: Value, y: Value, window: Window, includePad: boolean): Value {
  const { kernel, strides, dilations, begin, end } = window;
  const axes = spatialAxes(x);
  const isPadded = [...begin, ...end].some((pad) => pad !== 0);
  const plane = Array.from({ length: rankOf(x) }, (_, axis) => (axis < 2 ? 1 : b.dim(x, axis)));
  const ones = b.expand(b.scalar(1, x.type?.dtype ?? 'float32'), plane);
  const counted =
    includePad && isPadded
      ? b.pad(ones, [0, 0, ...begin, 0, 0, ...end], 1)
      : b.pad(ones, [0, 0, ...begin, 0, 0, ...end]);
  // Zeros beyond the padding, as far as the last window reaches.
  const beyond = axes.map((axis, i) => {
    const last = b.add(b.mul(b.sub(b.dim(y, axis), 1), strides[i]!), window.extent[i]!);
    return b.maximum(b.sub(last, b.dim(counted, axis)), 0);
  });
  const kernelOfOnes = b.expand(b.scalar(1, x.type?.dtype ?? 'float32'), [1, 1, ...kernel]);
  return b.op('Conv', [b.pad(counted, [0, 0, ...axes.map(() => 0), 0, 0, ...beyond]), kernelOfOnes], {
    strides,
    dilations,
  });
}

function power(b: Builder, x: Value, exponent: number): Value {
  if (exponent === 0) return b.fillLike(x, 1);
  return exponent === 1 ? x : b.pow(x, exponent);
}

/** sign(x) · |x|ᵖ */
function signedPower(b: Builder, x: Value, exponent: number): Value {
  if (exponent === 0) return b.sign(x);
  return exponent === 1 ? x : b.mul(b.sign(x), b.pow(b.abs(x), exponent));
}
