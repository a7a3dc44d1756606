import { OneirosError } from '../../base/errors.js';
import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { numbersIn } from '../../onnx/facts/facts.js';
import { attr } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import { rule, type RuleTable } from './rule.js';

/** Slice and Pad: each undoes the other. */
export const slicing: RuleTable = {
  // Zeros where nothing was taken.
  Slice: rule(3, ({ b, dy, x: [x, starts, ends, axes, steps] }) => {
    const count = [starts, ends].find(({ type }) => typeof type?.shape?.[0] === 'number')?.type?.shape?.[0];
    const strides =
      steps !== undefined
        ? numbersIn(steps)
        : typeof count === 'number'
          ? Array<number>(count).fill(1)
          : null;
    const along = axes === undefined ? strides?.map((_, i) => i) : numbersIn(axes);
    if (!strides || !along) return [unsliceAny(b, dy, x, { starts, axes, steps })];
    return [
      along.reduce((cotangent, axis, i) => {
        const start = b.slice(starts, [0], [i], [i + 1]);
        return unslice(
          b,
          cotangent,
          x,
          fromFront(axis, () => rankOf(x)),
          start,
          strides[i]!,
        );
      }, dy),
    ];
  }),
  // The padding is cut off; borders that repeat the image are added back to it.
  Pad: rule(2, ({ b, node, dy, x: [x, pads, value] }) => {
    const mode = attr.string(node, 'mode', 'constant');
    if (mode === 'constant')
      return [
        () => b.pad(dy, b.neg(pads)),
        null,
        value &&
          (() => {
            const isPadding = b.equal(b.op('Pad', [b.fillLike(x, 1), pads]), 0);
            return b.reshape(b.sum(b.where(isPadding, dy, 0), undefined, false), b.shape(value));
          }),
      ];
    const rank = rankOf(x);
    const amounts = numbersIn(pads);
    if (amounts === null) {
      // Each element came from the place at which its number is in padded numbers.
      const origins = Array.from({ length: rank }, (_, axis) => {
        const own = [axis, rank + axis].map((at) => b.slice(pads, [0], [at], [at + 1]));
        return b.op('Pad', [b.range(b.dim(x, axis)), b.join(own)], { mode });
      });
      return [putBack(b, dy, x, origins, 'add'), null, null];
    }
    return [
      amounts.slice(0, rank).reduce((cotangent, before, axis) => {
        const after = amounts[rank + axis]!;
        return before === 0 && after === 0 ? cotangent : fold(b, cotangent, x, axis, [before, after], mode);
      }, dy),
      null,
      null,
    ];
  }),
};

/** The transpose of `x[start::step]` along one axis. */
function unslice(b: Builder, dy: Value, x: Value, axis: number, start: Value, step: number): Value {
  const [size, taken] = [b.dim(x, axis), b.dim(dy, axis)];
  const stride = Math.abs(step);
  const clamped = clamp(b, start, size, step < 0);
  const forward = step > 0 ? dy : b.slice(dy, [axis], [-1], [-Infinity], [-1]);
  const first = step > 0 ? clamped : b.sub(clamped, b.mul(b.sub(taken, 1), stride));
  const spaced = stride === 1 ? forward : dilate(b, forward, axis, stride);
  const rest = b.sub(b.sub(size, first), b.dim(spaced, axis));
  return padAxis(b, spaced, axis, first, rest);
}

/** Which elements a slice takes: vectors that may be known only when the graph runs. */
interface Range {
  readonly starts: Value;
  readonly axes: Value | undefined;
  readonly steps: Value | undefined;
}

/** The transpose of a slice whose axes or steps are known only when the graph runs: each element goes to its place. */
function unsliceAny(b: Builder, dy: Value, x: Value, { starts, axes, steps }: Range): Value {
  const rank = rankOf(x);
  const listed = axes === undefined ? b.range(b.dim(starts, 0)) : b.cast(axes, 'int64');
  const along = b.where(b.less(listed, 0), b.add(listed, rank), listed);
  const origins = Array.from({ length: rank }, (_, axis) => {
    const isAlong = b.equal(along, axis);
    const pick = (values: Value) => b.sum(b.where(isAlong, b.cast(values, 'int64'), 0), [0]);
    const isSliced = b.greater(b.sum(b.cast(isAlong, 'int64'), [0]), 0);
    const step = steps === undefined ? b.sizes([1]) : b.where(isSliced, pick(steps), 1);
    const size = b.dim(x, axis);
    const start = pick(starts);
    const fromFront = b.where(b.less(start, 0), b.add(start, size), start);
    const last = b.where(b.less(step, 0), b.sub(size, 1), size);
    const first = b.maximum(b.minimum(fromFront, last), 0);
    return b.add(first, b.mul(b.range(b.dim(dy, axis)), step));
  });
  return putBack(b, dy, x, origins);
}

/**
 * A cotangent whose elements go back to where they came from, with zeros elsewhere.
 * @param origins for each axis, the index in x from which each index of dy came
 * @param reduction `add` if several may have come from one place
 */
function putBack(b: Builder, dy: Value, x: Value, origins: readonly Value[], reduction?: 'add'): Value {
  const places = origins.reduce<Value>(
    (outer, own, axis) => {
      const behind = Array.from({ length: origins.length - 1 - axis }, (_, i) => i + 1);
      const along = behind.length === 0 ? own : b.unsqueeze(own, behind);
      return b.add(b.mul(outer, b.dim(x, axis)), along);
    },
    b.sizes([0]),
  );
  const zeros = b.reshape(b.fillLike(x, 0), [-1]);
  const flat = [b.expand(places, b.shape(dy)), dy].map((value) => b.reshape(value, [-1]));
  return b.reshape(b.op('ScatterElements', [zeros, ...flat], { reduction }), b.shape(x));
}

/** A slice's start, counted from the front and within the axis. */
function clamp(b: Builder, start: Value, size: Value, backwards: boolean): Value {
  const isNegative = b.less(start, 0);
  const fromFront = start.content?.every((item) => typeof item === 'number' && item >= 0)
    ? start
    : b.where(isNegative, b.add(start, size), start);
  return b.maximum(b.minimum(fromFront, backwards ? b.sub(size, 1) : size), 0);
}

/** Puts `stride − 1` zeros after each element along an axis. */
function dilate(b: Builder, x: Value, axis: number, stride: number): Value {
  const sizes = Array.from({ length: rankOf(x) }, (_, i) => b.dim(x, i));
  const apart = padAxis(b, b.unsqueeze(x, [axis + 1]), axis + 1, 0, stride - 1);
  return b.reshape(
    apart,
    sizes.map((size, i) => (i === axis ? b.mul(size, stride) : size)),
  );
}

/** Pads one axis with zeros before and after; a negative number cuts off. */
function padAxis(b: Builder, x: Value, axis: number, before: Value | number, after: Value | number): Value {
  const rank = rankOf(x);
  const at = (amount: Value | number) => Array.from({ length: rank }, (_, i) => (i === axis ? amount : 0));
  return b.pad(x, [...at(before), ...at(after)]);
}

/**
 * The transpose of padding one axis with the elements at its borders. Negative amounts cut off first; the rest is
 * padded.
 */
function fold(
  b: Builder,
  dy: Value,
  x: Value,
  axis: number,
  [before, after]: readonly [number, number],
  mode: string,
): Value {
  const [front, behind] = [Math.max(before, 0), Math.max(after, 0)];
  const [cutFront, cutBehind] = [front - before, behind - after];
  const size = b.sub(b.dim(x, axis), cutFront + cutBehind);
  const end = b.add(size, front);
  const cut = (from: Value | number, to: Value | number) => b.slice(dy, [axis], [from], [to]);
  const place = (part: Value, at: Value | number) =>
    padAxis(b, part, axis, at, b.sub(b.sub(size, b.dim(part, axis)), b.join([at])));
  const parts = [cut(front, end)];
  if (mode === 'reflect') {
    const flip = (part: Value) => b.slice(part, [axis], [-1], [-Infinity], [-1]);
    if (front > 0) parts.push(place(flip(cut(0, front)), 1));
    if (behind > 0) parts.push(place(flip(cut(end, b.add(end, behind))), b.sub(size, behind + 1)));
  } else if (mode === 'edge') {
    if (front > 0) parts.push(place(b.sum(cut(0, front), [axis]), 0));
    if (behind > 0) parts.push(place(b.sum(cut(end, b.add(end, behind)), [axis]), b.sub(size, 1)));
  } else {
    throw new OneirosError('unsupported', `there is no gradient rule for padding of mode "${mode}"`);
  }
  const folded = parts.reduce((total, part) => b.add(total, part));
  return padAxis(b, folded, axis, cutFront, cutBehind);
}
