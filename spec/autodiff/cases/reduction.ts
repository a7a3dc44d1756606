import { int64 } from '../../../lib/tensor/tensor.js';
import {
  apart,
  atRunTime,
  avoiding,
  distinct,
  type Draw,
  exactly,
  normal,
  positive,
  type Row,
  row,
  uniform,
  whole,
} from '../row.js';

/** Each reduction, and how its input is drawn: not near a kink or a tie. */
const reductions: Readonly<Record<string, (...dims: number[]) => Draw>> = {
  ReduceSum: whole,
  ReduceMean: whole,
  ReduceMax: distinct,
  ReduceMin: distinct,
  ReduceL1: (...dims) => avoiding([0], ...dims),
  ReduceL2: normal,
  ReduceSumSquare: normal,
  ReduceLogSum: positive,
  ReduceLogSumExp: normal,
  ReduceProd: (...dims) => uniform(0.6, 1.6, ...dims),
};

const axesList: readonly (readonly number[] | undefined)[] = [undefined, [1], [0, -1], [-3]];

/** Axes were an attribute up to 17 (12 for ReduceSum), and an input afterwards. */
function reduce(op: string, input: Draw, axes: readonly number[] | undefined, keepdims: number): Row {
  const attribute = op === 'ReduceSum' ? undefined : axes;
  const inputs = op === 'ReduceSum' && axes ? [input, int64(axes)] : [input];
  return row(op, inputs, { axes: attribute, keepdims });
}

export const reduction: readonly Row[] = [
  ...Object.entries(reductions).flatMap(([op, draw]) => [
    ...axesList.flatMap((axes) => [0, 1].map((keepdims) => reduce(op, draw(2, 3, 4), axes, keepdims))),
    row(op, [draw(5)]),
    row(op, [draw(2, 3, 4), int64([2, 0])], {}, { opset: 18 }),
    row(op, [draw(2, 3, 4), int64([])], { noop_with_empty_axes: 0, keepdims: 0 }, { opset: 18 }),
  ]),
  row('ReduceSum', [whole(2, 3, 4), int64([])], { noop_with_empty_axes: 1 }),
  row('ReduceSum', [whole(2, 3, 4)], { axes: [1] }, { opset: 11 }),
  row('ReduceMean', [whole(1, 2, 3, 2)], { axes: [2, 3], keepdims: 1 }),
  row('ReduceMean', [whole(2, 3, 4)], { axes: [0, 1, 2], keepdims: 0 }),
  row('ReduceMax', [distinct(1, 2, 3, 2)], { axes: [2, 3], keepdims: 1 }),
  row('ReduceProd', [exactly([2, 0, -1, 3, 0, 0.5, 0, 0, 2], 3, 3)], { axes: [1] }, { note: 'with zeros' }),
  row('ReduceProd', [exactly([2, 0, -1, 3], 4)], {}, { note: 'with a zero' }),
  ...[
    [[4], 0, 0, 0],
    [[3, 4], 0, 0, 0],
    [[3, 4], 1, 1, 0],
    [[3, 4], -1, 0, 1],
    [[3, 4], 1, 1, 1],
    [[2, 3, 4], 1, 0, 0],
    [[2, 3, 4], -3, 1, 1],
  ].map(([dims, axis, exclusive, reverse]) =>
    row('CumSum', [whole(...[dims ?? []].flat()), int64([Number(axis)], [])], {
      exclusive: Number(exclusive),
      reverse: Number(reverse),
    }),
  ),
  ...[1, 2, 3].flatMap((k) =>
    [0, 1].flatMap((largest) =>
      [0, -1].map((axis) =>
        row(
          'TopK',
          [distinct(3, 4), int64([k])],
          { axis, largest },
          {
            build: (b, [x, count]) => b.ops('TopK', [x, count], 2, { axis, largest })[0]!,
          },
        ),
      ),
    ),
  ),
  row(
    'ReduceMax',
    [apart(3, 4)],
    {},
    {
      opset: 20,
      note: 'of booleans, beside Σ x²',
      build: (b, [x]) => {
        const anyAbove = b.op('ReduceMax', [b.greater(x!, 0.8), b.sizes([1])], { keepdims: 0 });
        const allAbove = b.op('ReduceMin', [b.greater(x!, -0.8)], { keepdims: 0 });
        const jumps = b.add(b.sum(b.castLike(anyAbove, x!), [0], false), b.castLike(allAbove, x!));
        return b.add(b.sum(b.square(x!), [0, 1], false), jumps);
      },
    },
  ),
  ...[0, 1].flatMap((reverse) =>
    [0, 1].flatMap((exclusive) => [
      row(
        'CumProd',
        [exactly([1, -2, 0, 3, 0.5, 0, -1, 2], 2, 4), int64([1], [])],
        { reverse, exclusive },
        { opset: 26 },
      ),
      row('CumProd', [positive(2, 5, 2), int64([-2], [])], { reverse, exclusive }, { opset: 26 }),
      atRunTime('CumProd', [positive(2, 5, 2), int64([-2], [])], { reverse, exclusive }, 26),
    ]),
  ),
  row(
    'TopK',
    [apart(2, 3, 5), int64([2])],
    { axis: 1, sorted: 0 },
    {
      build: (b, [x, count]) => b.ops('TopK', [x, count], 2, { axis: 1, sorted: 0 })[0]!,
    },
  ),
];
