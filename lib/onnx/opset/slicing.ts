import type { Value } from '../builder/graph-builder.js';
import { numbersIn } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import { fromFront } from '../graph/axis.js';
import type { Conversion, Rules } from './rule.js';

function slice(c: Conversion): void {
  const { node, b } = c;
  const starts = attr.ints(node, 'starts');
  const axes = attr.ints(
    node,
    'axes',
    starts.map((_, axis) => axis),
  );
  c.emit('Slice', [c.required(0), b.sizes(starts), b.sizes(attr.ints(node, 'ends')), b.sizes(axes)]);
}

function pad(c: Conversion, pads: readonly number[]): void {
  const value = attr.float(c.node, 'value', 0);
  const x = c.required(0);
  const constant = value === 0 ? undefined : c.b.scalar(value, c.dtype(x));
  c.keep({ pads: undefined, paddings: undefined, value: undefined }, [x, c.b.sizes(pads), constant]);
}

/**
 * Since 19, padding may wrap around: the elements at (−before … size + after) mod size. Negative pads cut off first.
 */
function wrap(c: Conversion, x: Value, pads: readonly (number | Value)[]): void {
  const { b } = c;
  const rank = c.rank(x);
  const wrapped = Array.from({ length: rank }, (_, axis) => axis).reduce((value, axis) => {
    const [before, after] = [pads[axis] ?? 0, pads[axis + rank] ?? 0];
    if (before === 0 && after === 0) return value;
    const [front, behind] = [b.maximum(b.join([before]), 0), b.maximum(b.join([after]), 0)];
    const [cut, cutBehind] = [b.sub(front, b.join([before])), b.sub(behind, b.join([after]))];
    const size = b.sub(b.sub(b.dim(x, axis), cut), cutBehind);
    const range = [b.neg(front), b.add(size, behind)].map((end) => b.squeeze(end, [0]));
    const places = b.op('Mod', [b.op('Range', [...range, b.scalar(1, 'int64')]), size]);
    return b.gather(value, b.add(places, cut), axis);
  }, x);
  c.emit('Identity', [wrapped]);
}

/** Since 18, pads may be given for some axes only. */
function padSomeAxes(c: Conversion): void {
  const { node, b } = c;
  const [x, pads, axes] = [c.required(0), c.required(1), c.input(3)];
  const wraps = attr.string(node, 'mode', 'constant') === 'wrap';
  if (axes === undefined && !wraps) {
    c.keep({}, [x, pads, c.input(2)]);
    return;
  }
  const rank = c.rank(x);
  const listed = axes === undefined ? Array.from({ length: rank }, (_, i) => i) : numbersIn(axes);
  const amounts =
    listed === null ? amountsAtRunTime(c, pads, c.required(3), rank) : amountsOn(c, pads, listed, rank);
  if (wraps) wrap(c, x, amounts);
  else c.keep({}, [x, b.join(amounts), c.input(2)]);
}

/** The amounts before and then behind every axis. */
function amountsOn(
  { b }: Conversion,
  pads: Value,
  listed: readonly number[],
  rank: number,
): readonly (number | Value)[] {
  const known = numbersIn(pads);
  return Array.from({ length: 2 * rank }, (_, i) => {
    const found = listed.findIndex((axis) => fromFront(axis, rank) === i % rank);
    const at = i < rank ? found : found + listed.length;
    if (found < 0) return 0;
    return known === null ? b.slice(pads, [0], [at], [at + 1]) : (known[at] ?? 0);
  });
}

/** The same for axes that are known only when the graph runs. */
function amountsAtRunTime({ b }: Conversion, pads: Value, axes: Value, rank: number): readonly Value[] {
  const given = b.cast(axes, 'int64');
  const listed = b.where(b.less(given, 0), b.add(given, rank), given);
  const [before, behind] = b.split(b.reshape(pads, [2, -1]), [1, 1], 0, 2);
  return [before!, behind!].flatMap((side) =>
    Array.from({ length: rank }, (_, axis) =>
      b.sum(b.where(b.equal(listed, axis), b.reshape(side, [-1]), 0), [0]),
    ),
  );
}

/** Cuts off or pads both sides of an axis equally. Pad does both: a negative number of elements is cut off. */
function centerCropPad(c: Conversion): void {
  const { b, node } = c;
  const [x, sizes] = [c.required(0), b.cast(c.required(1), 'int64')];
  const rank = c.rank(x);
  const every = Array.from({ length: rank }, (_, axis) => axis);
  const axes = attr.ints(node, 'axes', every).map((axis) => fromFront(axis, rank));
  const amounts = every.map((axis) => {
    const at = axes.indexOf(axis);
    if (at < 0) return [0, 0] as const;
    const missing = b.sub(b.slice(sizes, [0], [at], [at + 1]), b.dim(x, axis));
    // Division of whole numbers rounds toward zero: an odd element goes to the end.
    const before = b.div(missing, 2);
    return [before, b.sub(missing, before)] as const;
  });
  const pads = [...amounts.map(([before]) => before), ...amounts.map(([, behind]) => behind)];
  c.emit('Pad', [x, b.join(pads)]);
}

export const slicing: Rules = {
  CenterCropPad: [{ convert: centerCropPad }],
  Slice: [{ before: 10, convert: slice }],
  Pad: [
    { before: 2, convert: (c) => pad(c, attr.ints(c.node, 'paddings')) },
    { before: 11, convert: (c) => pad(c, attr.ints(c.node, 'pads')) },
    { from: 18, convert: padSomeAxes },
  ],
};
