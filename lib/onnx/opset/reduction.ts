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
  if (c.required(0).type?.dtype === 'bool') c.fail('booleans');
  axesAsAttribute(c);
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
