import { numbersIn } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Conversion, Rules } from './rule.js';

/** Axes became an input at 18; for ReduceSum, at 13. */
function axesAsAttribute(c: Conversion): void {
  const axes = c.numbers(1, 'axes') ?? [];
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

export const reduction: Rules = {
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
