import type { Value } from '../builder/graph-builder.js';
import { numbersIn } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import { fromFront } from '../graph/axis.js';
import { alongAxis } from './axis-at-run-time.js';
import type { Conversion, Rules } from './rule.js';

/** The axes, none if the list has no elements; they must be known. */
function axesOf(c: Conversion): readonly number[] {
  return c.input(1)?.type?.shape?.[0] === 0 ? [] : (c.numbers(1, 'axes') ?? []);
}

/** Axes became an input at 18; for ReduceSum, at 13. */
function axesAsAttribute(c: Conversion): void {
  const axes = axesOf(c);
  if (axes.length > 0) {
    c.keep({ axes, noop_with_empty_axes: undefined }, [c.required(0)]);
    return;
  }
  if (attr.int(c.node, 'noop_with_empty_axes', 0) === 1) c.fail('a reduction over no axes');
  c.keep({ noop_with_empty_axes: undefined }, [c.required(0)]);
}

/** Since 20, maximum and minimum accept booleans too, as "any" and "all". */
function extremum(c: Conversion): void {
  const { b, node } = c;
  const x = c.required(0);
  if (x.type?.dtype !== 'bool') {
    axesAsAttribute(c);
    return;
  }
  const [numbers, axes] = [b.cast(x, 'int32'), c.input(1)];
  const known = axes === undefined ? [] : numbersIn(axes);
  const result = b.op(node.op, known === null ? [numbers, axes] : [numbers], {
    axes: known === null || known.length === 0 ? undefined : known,
    keepdims: attr.int(node, 'keepdims', 1),
  });
  const isWhole = known?.length === 0 && attr.int(node, 'noop_with_empty_axes', 0) === 1;
  c.results([isWhole ? x : b.cast(result, 'bool')]);
}

function sum(c: Conversion): void {
  const axes = attr.has(c.node, 'axes') ? c.b.sizes(attr.ints(c.node, 'axes')) : undefined;
  c.keep({ axes: undefined }, [c.required(0), axes]);
}

const reducing = [{ from: 18, convert: axesAsAttribute }];

/** The product of each element with those before it, or without the element itself if "exclusive". */
function cumProd(c: Conversion): void {
  const x = c.required(0);
  const axisInput = c.required(1);
  const known = numbersIn(axisInput);
  if (known === null) {
    c.results([alongAxis(c, x, axisInput, 0, (value) => productOfPairs(c, value, 1))]);
    return;
  }
  const [given = 0] = known;
  const axis = fromFront(given, () => c.rank(x));
  const size = x.type?.shape?.[axis];
  c.results([typeof size === 'number' ? productByDoubling(c, x, axis, size) : productOfPairs(c, x, axis)]);
}

/** After k rounds, each element is the product of 2ᵏ elements. */
function productByDoubling(c: Conversion, x: Value, axis: number, size: number): Value {
  const { b, node } = c;
  const rank = c.rank(x);
  const direction = attr.int(node, 'reverse', 0) === 1 ? -1 : 1;
  const shifted = (value: Value, by: number) => {
    const pads = Array.from({ length: 2 * rank }, () => 0);
    [pads[axis], pads[axis + rank]] = [direction * by, -direction * by];
    return b.pad(value, pads, 1);
  };
  let product = attr.int(node, 'exclusive', 0) === 1 ? shifted(x, 1) : x;
  for (let by = 1; by < size; by *= 2) product = b.mul(product, shifted(product, by));
  return product;
}

/** The product along a second axis, for a size that is known only when the graph runs: size² factors. */
function productOfPairs(c: Conversion, x: Value, axis: number): Value {
  const { b, node } = c;
  const places = b.range(b.dim(x, axis));
  const [first, last] = attr.int(node, 'reverse', 0) === 1 ? [1, 0] : [0, 1];
  const [before, after] = [b.unsqueeze(places, [first]), b.unsqueeze(places, [last])];
  const isFactor =
    attr.int(node, 'exclusive', 0) === 1 ? b.less(before, after) : b.lessOrEqual(before, after);
  const behind = Array.from({ length: c.rank(x) - 1 - axis }, (_, i) => i + 2);
  const factors = b.where(b.unsqueeze(isFactor, behind), b.unsqueeze(x, [axis]), 1);
  return b.op('ReduceProd', [factors], { axes: [axis + 1], keepdims: 0 });
}

export const reduction: Rules = {
  CumProd: [{ convert: cumProd }],
  ReduceL1: reducing,
  ReduceL2: reducing,
  ReduceLogSum: reducing,
  ReduceLogSumExp: reducing,
  ReduceMax: [{ from: 18, convert: extremum }],
  ReduceMean: reducing,
  ReduceMin: [{ from: 18, convert: extremum }],
  ReduceProd: reducing,
  ReduceSum: [{ before: 13, convert: sum }],
  ReduceSumSquare: reducing,
};
