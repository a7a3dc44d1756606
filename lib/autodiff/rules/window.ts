import { type Builder, rankOf, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';

/** A sliding window's geometry along each spatial axis: what convolution and pooling share. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding at the beginning and at the end of each spatial axis. */
  readonly begin: Sizes;
  readonly end: Sizes;
  /** How far a window reaches: (kernel − 1) · dilation + 1. */
  readonly extent: readonly number[];
}

/** Numbers where the padding is known, otherwise one-element vectors (`auto_pad` on an image of any size). */
export type Sizes = readonly (number | Value)[];

/**
 * @param x the windowed input, N × C × spatial axes
 * @param y the output, for `auto_pad`
 */
export function windowOf(b: Builder, node: Node, x: Value, y: Value, kernel: readonly number[]): Window {
  const n = kernel.length;
  const ones = Array<number>(n).fill(1);
  const strides = attr.ints(node, 'strides', ones);
  const dilations = attr.ints(node, 'dilations', ones);
  const extent = kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
  const { begin, end } = padding(b, node, x, y, { strides, extent });
  return { kernel, strides, dilations, extent, begin, end };
}

function padding(
  b: Builder,
  node: Node,
  x: Value,
  y: Value,
  { strides, extent }: Pick<Window, 'strides' | 'extent'>,
): Pick<Window, 'begin' | 'end'> {
  const n = extent.length;
  const auto = attr.string(node, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET') {
    const pads = attr.ints(node, 'pads', Array<number>(2 * n).fill(0));
    return { begin: pads.slice(0, n), end: pads.slice(n) };
  }
  if (auto === 'VALID') return { begin: Array<number>(n).fill(0), end: Array<number>(n).fill(0) };
  // SAME: as much as the outputs need, an odd element at the end (SAME_UPPER) or the beginning (SAME_LOWER).
  const totals = extent.map((reach, i) => {
    const needed = b.add(b.mul(b.sub(b.dim(y, i + 2), 1), strides[i]!), reach);
    return b.maximum(b.sub(needed, b.dim(x, i + 2)), 0);
  });
  const halves = totals.map((total) => b.div(total, 2));
  const others = totals.map((total, i) => b.sub(total, halves[i]!));
  return auto === 'SAME_UPPER' ? { begin: halves, end: others } : { begin: others, end: halves };
}

/** The window's padding, as `Pad` takes it. */
export function padsOf({ begin, end }: Window): readonly (number | Value)[] {
  return [0, 0, ...begin, 0, 0, ...end];
}

/** How many positions a window has. */
export function positionsIn(kernel: readonly number[]): number {
  return kernel.reduce((product, size) => product * size, 1);
}

/** 0, 1 … `count` − 1. Each becomes at least one node, so the budget must have room for `count` nodes. */
export function countTo(b: Builder, count: number): readonly number[] {
  b.budget.require('nodes', count);
  return Array.from({ length: count }, (_, i) => i);
}

/** All positions within a window, in memory order: the last axis changes fastest. */
export function offsetsOf(b: Builder, kernel: readonly number[]): readonly (readonly number[])[] {
  b.budget.require('nodes', positionsIn(kernel));
  return kernel.reduce<readonly (readonly number[])[]>(
    (prefixes, size) => prefixes.flatMap((prefix) => countTo(b, size).map((i) => [...prefix, i])),
    [[]],
  );
}

/** The spatial axes of N × C × … */
export function spatialAxes(x: Value): readonly number[] {
  return Array.from({ length: rankOf(x) - 2 }, (_, i) => i + 2);
}

/**
 * The elements of every window at one of its positions: one element per window, N × C × (spatial axes of y).
 * @param padded the input with the window's padding around it
 */
export function windowElement(
  b: Builder,
  padded: Value,
  y: Value,
  { strides, dilations }: Window,
  offset: readonly number[],
): Value {
  const axes = spatialAxes(padded);
  if (strides.every((stride) => stride === 1) && offset.every((i) => i === 0) && sameSize(padded, y))
    return padded;
  const starts = offset.map((i, axis) => i * dilations[axis]!);
  const ends = axes.map((axis, i) => {
    const last = b.mul(b.sub(b.dim(y, axis), 1), strides[i]!);
    return b.add(last, starts[i]! + 1);
  });
  return b.slice(padded, axes, starts, ends, strides);
}

/** The elements of every window at each of its positions, in the order of `offsetsOf`. */
export function windowElements(b: Builder, padded: Value, y: Value, window: Window): readonly Value[] {
  const tiles = tilesOf(b, padded, window);
  if (tiles === null)
    return offsetsOf(b, window.kernel).map((offset) => windowElement(b, padded, y, window, offset));
  const channels = b.dim(padded, 1);
  const positions = countTo(b, positionsIn(window.kernel));
  return b.split(
    tiles,
    positions.map(() => channels),
    1,
    positions.length,
  );
}

/**
 * The elements of windows along one axis at each of their positions, in order: one element per window.
 * @param padding at the beginning of the axis
 * @param beyond the value of elements that lie outside of `x`
 */
export function elementsAlong(
  b: Builder,
  x: Value,
  y: Value,
  { kernel, strides, dilations }: Window,
  axis: number,
  padding: number,
  beyond: number,
): readonly Value[] {
  const stride = strides[axis - 2]!;
  return countTo(b, kernel[axis - 2]!).map((at) => {
    const first = at * dilations[axis - 2]! - padding;
    // At stride 1, one Pad shifts and crops; otherwise windows that begin before x, and after it, get their element.
    const before = stride === 1 ? -first : Math.max(0, Math.ceil(-first / stride));
    const taken = stride === 1 ? x : b.slice(x, [axis], [first + before * stride], [Infinity], [stride]);
    return moved(b, taken, [axis], [b.join([before])], [b.dim(y, axis)], beyond);
  });
}

/**
 * Square windows side by side over a whole image: N × (positions, channels) × (spatial axes of y), twice as fast as a
 * slice with steps for each position. `null` if windows overlap, leave something out, or may do so.
 */
export function tilesOf(b: Builder, padded: Value, window: Window): Value | null {
  return areTiles(padded, window) ? b.op('SpaceToDepth', [padded], { blocksize: window.kernel[0] }) : null;
}

/** Whether square windows of more than one element lie side by side over a whole image. */
export function areTiles(padded: Value, { kernel, strides, dilations }: Window): boolean {
  const [size = 1, width] = kernel;
  const isSquare =
    kernel.length === 2 && size === width && strides.every((stride) => stride === size) && size > 1;
  const isWhole = shapeOf(padded)
    .slice(2)
    .every((length) => typeof length === 'number' && length % size === 0);
  return isSquare && isWhole && dilations.every((step) => step === 1);
}

function sameSize(a: Value, c: Value): boolean {
  const to = shapeOf(c);
  return shapeOf(a).every((size, axis) => axis < 2 || size === to[axis]);
}

/**
 * The transpose of `windowElement`, for all positions of the window at once: every element goes back to the position
 * from which its window read it, and elements at the same position are added. It needs no scatter: elements whose
 * positions agree modulo the strides are shifted and added, then the residues are interleaved.
 * @param elements one array per position, in the order of `offsetsOf`; `null` for none
 * @param sizes of the spatial axes of the result
 * @returns N × C × sizes
 */
export function placeBack(
  b: Builder,
  elements: readonly (Value | null)[],
  x: Value,
  window: Window,
  sizes: readonly Value[] = spatialAxes(x).map((axis) => b.dim(x, axis)),
): Value {
  const { strides, dilations, extent } = window;
  const offsets = offsetsOf(b, window.kernel);
  if (strides.every((stride) => stride === 1)) return shiftedBack(b, elements, offsets, window, sizes);
  // Along each axis, position = (window + shift) · stride + residue.
  const most = extent.map((reach, i) => Math.floor((reach - 1) / strides[i]!));
  const byResidue = new Map<string, Value>();
  for (const [i, element] of elements.entries()) {
    if (element === null) continue;
    const places = offsets[i]!.map((at, axis) => at * dilations[axis]!);
    const key = places.map((place, axis) => place % strides[axis]!).join();
    const shifts = places.map((place, axis) => Math.floor(place / strides[axis]!));
    const rest = shifts.map((shift, axis) => most[axis]! - shift);
    const shifted = b.pad(element, [0, 0, ...shifts, 0, 0, ...rest]);
    const sum = byResidue.get(key);
    byResidue.set(key, sum === undefined ? shifted : b.add(sum, shifted));
  }
  return cropped(b, interleave(b, strides, byResidue), x, window, sizes);
}

/** `placeBack` at stride 1: each array moves to its position and is cropped at once. */
function shiftedBack(
  b: Builder,
  elements: readonly (Value | null)[],
  offsets: readonly (readonly number[])[],
  { begin, dilations }: Window,
  sizes: readonly Value[],
): Value {
  const shifted = elements.flatMap((element, i) => {
    if (element === null) return [];
    const before = offsets[i]!.map((at, axis) =>
      b.sub(b.join([at * dilations[axis]!]), b.join([begin[axis]!])),
    );
    return [moved(b, element, spatialAxes(element), before, sizes)];
  });
  const [first, ...others] = shifted;
  if (first === undefined) throw new RangeError('a window without positions');
  return others.reduce((sum, each) => b.add(sum, each), first);
}

/**
 * Makes axes begin with that many elements of `value` (or, if negative, without that many of their own) and gives them
 * sizes.
 */
export function moved(
  b: Builder,
  x: Value,
  axes: readonly number[],
  before: readonly Value[],
  sizes: readonly Value[],
  value = 0,
): Value {
  const after = axes.map((axis, i) => b.sub(b.sub(sizes[i]!, b.dim(x, axis)), before[i]!));
  const all = (amounts: readonly Value[]) => shapeOf(x).map((_, axis) => amounts[axes.indexOf(axis)] ?? 0);
  return b.pad(x, [...all(before), ...all(after)], value);
}

/** Removes the padding at the beginning of an array and crops it to the given sizes. */
function cropped(b: Builder, whole: Value, x: Value, { begin }: Window, sizes: readonly Value[]): Value {
  const crop = begin.map((pad) => negate(b, pad));
  const grow = spatialAxes(x).map((axis, i) => b.add(b.sub(sizes[i]!, b.dim(whole, axis)), begin[i]!));
  return b.pad(whole, [0, 0, ...crop, 0, 0, ...grow]);
}

function negate(b: Builder, size: number | Value): number | Value {
  return typeof size === 'number' ? (size === 0 ? 0 : -size) : b.neg(size);
}

/**
 * The same if every position of the window gets the same value: one axis after the other, so that a window of k²
 * elements takes 2 k additions.
 */
export function spreadBack(b: Builder, share: Value, x: Value, window: Window): Value {
  const { kernel, strides, dilations, extent, begin, end } = window;
  return spatialAxes(x).reduce((spread, axis, i) => {
    const only = <T>(own: T, other: T) => kernel.map((_, at) => (at === i ? own : other));
    const along: Window = {
      kernel: only(kernel[i]!, 1),
      strides: only(strides[i]!, 1),
      dilations: only(dilations[i]!, 1),
      extent: only(extent[i]!, 1),
      begin: only<number | Value>(begin[i]!, 0),
      end: only<number | Value>(end[i]!, 0),
    };
    const sizes = spatialAxes(x).map((at) => b.dim(at === axis ? x : spread, at));
    const isOneWindow = shapeOf(spread)[axis] === 1 && dilations[i] === 1;
    if (!isOneWindow) {
      const each = countTo(b, kernel[i]!).map(() => spread);
      return placeBack(b, each, x, along, sizes);
    }
    const repeated = b.expand(spread, [1, 1, ...along.kernel]);
    return cropped(b, repeated, x, along, sizes);
  }, share);
}

/**
 * Joins the residues of each stride into one array: `[r0, r1][i]` goes to `i · stride + r`. Concatenation along new
 * axes is three times faster on the CPU than DepthToSpace.
 */
function interleave(b: Builder, strides: readonly number[], byResidue: ReadonlyMap<string, Value>): Value {
  const [some] = byResidue.values();
  if (some === undefined) throw new RangeError('a window without positions');
  const residues = offsetsOf(b, strides);
  if (residues.length === 1) return some;
  const parts = residues.map((residue) => byResidue.get(residue.join()) ?? b.mul(some, 0));
  return strides.reduceRight((inner, stride, axis) => {
    const groups = Array.from({ length: inner.length / stride }, (_, i) =>
      inner.slice(i * stride, (i + 1) * stride),
    );
    return groups.map((group) => weave(b, group, axis + 2));
  }, parts)[0]!;
}

/** Interleaves arrays of one shape along an axis. */
function weave(b: Builder, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first!;
  const joined = b.concat(
    parts.map((part) => b.unsqueeze(part, [axis + 1])),
    axis + 1,
  );
  const sizes = Array.from({ length: rankOf(first) }, (_, i) => (i === axis ? -1 : b.dim(first, i)));
  return b.reshape(joined, sizes);
}
