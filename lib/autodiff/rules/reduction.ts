import { OneirosError } from '../../base/errors.js';
import { rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { numbersIn } from '../../onnx/facts/facts.js';
import { attr, describe } from '../../onnx/graph/attributes.js';
import { fromFront } from '../../onnx/graph/axis.js';
import { noGradient, rule, type RuleContext, type RuleTable } from './rule.js';

/** Reductions over some axes. `keep` restores the input's rank, so that the reduced value broadcasts. */
export const reduction: RuleTable = {
  CumSum: rule(2, ({ b, node, dy, x: [, axis] }) => [
    b.op('CumSum', [dy, axis], {
      exclusive: attr.int(node, 'exclusive', 0),
      reverse: 1 - attr.int(node, 'reverse', 0),
    }),
  ]),
  ReduceSum: rule(1, (context) => [spread(context, context.dy)]),
  // y = Σ x / n; n = (elements of x) / (elements of y), computed when the graph runs if necessary
  ReduceMean: rule(1, (context) => {
    const {
      b,
      dy,
      x: [x],
      y: [y],
    } = context;
    const count = b.squeeze(b.div(b.elements(x), b.elements(y)), [0]);
    return [spread(context, b.div(dy, b.castLike(count, dy)))];
  }),
  // Ties share the cotangent evenly, as in torch.amax.
  ReduceMax: rule(1, (context) => [toExtremes(context)]),
  ReduceMin: rule(1, (context) => [toExtremes(context)]),
  ReduceL1: rule(1, (context) => [context.b.mul(context.b.sign(context.x[0]), keep(context, context.dy))]),
  // y = ‖x‖          dx = dy · x / ‖x‖, 0 where x = 0
  ReduceL2: rule(1, (context) => {
    const {
      b,
      dy,
      x: [x],
      y: [y],
    } = context;
    const share = b.where(b.equal(y, 0), 0, b.div(dy, y));
    return [b.mul(x, keep(context, share))];
  }),
  ReduceSumSquare: rule(1, (context) => [
    context.b.mul(context.b.mul(context.x[0], 2), keep(context, context.dy)),
  ]),
  // y = ln Σ x          dx = dy / Σ x
  ReduceLogSum: rule(1, (context) => [
    spread(context, context.b.div(context.dy, context.b.exp(context.y[0]))),
  ]),
  // y = ln Σ eˣ         dx = dy · eˣ⁻ʸ
  ReduceLogSumExp: rule(1, (context) => {
    const {
      b,
      dy,
      x: [x],
      y: [y],
    } = context;
    return [b.mul(b.exp(b.sub(x, keep(context, y))), keep(context, dy))];
  }),
  ReduceProd: rule(1, (context) => [productCotangent(context)]),
  ArgMax: noGradient,
  ArgMin: noGradient,
};

type Reduction = RuleContext<readonly [Value, ...(Value | undefined)[]]>;

function toExtremes(context: Reduction): Value {
  const {
    b,
    dy,
    x: [x],
    y: [y],
  } = context;
  const isExtreme = b.equal(x, keep(context, y));
  const count = sumOver(context, b.castLike(isExtreme, x));
  return b.where(isExtreme, b.div(keep(context, dy), count), 0);
}

/** A reduced value, repeated over the input's shape. */
function spread(context: Reduction, reduced: Value): Value {
  const {
    b,
    x: [x],
  } = context;
  return b.expand(keep(context, reduced), b.shape(x));
}

/** A reduced value with its axes back, of size 1. */
function keep(context: Reduction, reduced: Value): Value {
  const {
    b,
    node,
    x: [x],
  } = context;
  if (attr.int(node, 'keepdims', 1) === 1) return reduced;
  const axes = axesOf(context);
  if (axes === null) return b.reshape(reduced, Array<number>(rankOf(x)).fill(1));
  if (!('name' in axes)) return b.unsqueeze(reduced, axes);
  const [count] = axes.type?.shape ?? [];
  if (typeof count === 'number' && count > 0) return b.op('Unsqueeze', [reduced, axes]);
  throw new OneirosError(
    'unsupported',
    `${describe(node)} takes its axes from "${axes.name}": without \`keepdims\`, its gradient needs to know how many`,
  );
}

/** The sum over the node's axes, which stay with size 1. */
function sumOver(context: Reduction, value: Value): Value {
  const { b, node } = context;
  const axes = axesOf(context);
  if (axes === null) return b.sum(value);
  if (!('name' in axes)) return axes.length === 0 ? value : b.sum(value, axes);
  const noop = attr.int(node, 'noop_with_empty_axes', 0);
  return b.op('ReduceSum', [value, axes], { keepdims: 1, noop_with_empty_axes: noop });
}

/**
 * Which axes are reduced: numbers from the front, `null` for all of them, or the value that lists them when the graph
 * runs.
 */
function axesOf({ node, x }: Reduction): readonly number[] | Value | null {
  const [input, given] = x;
  const listed = attr.has(node, 'axes')
    ? attr.ints(node, 'axes')
    : given === undefined
      ? []
      : numbersIn(given);
  if (listed === null) return given ?? null;
  if (listed.length === 0) return attr.int(node, 'noop_with_empty_axes', 0) === 1 ? [] : null;
  return listed.map((axis) => fromFront(axis, () => rankOf(input)));
}

/** dx = dy · (product of the others), exact with one zero or several among the factors. */
function productCotangent(context: Reduction): Value {
  const {
    b,
    node,
    dy,
    x: [x, given],
  } = context;
  const chosen = {
    axes: attr.has(node, 'axes') ? attr.ints(node, 'axes') : undefined,
    noop_with_empty_axes: attr.int(node, 'noop_with_empty_axes', 0) === 1 ? 1 : undefined,
  };
  const isZero = b.equal(x, 0);
  const zeros = sumOver(context, b.castLike(isZero, x));
  const product = b.op('ReduceProd', [b.where(isZero, 1, x), given], { ...chosen, keepdims: 1 });
  const others = b.where(
    isZero,
    b.where(b.equal(zeros, 1), product, 0),
    b.where(b.equal(zeros, 0), b.div(product, b.where(isZero, 1, x)), 0),
  );
  return b.mul(others, keep(context, dy));
}
