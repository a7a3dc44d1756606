import { int64, type Tensor, tensor } from '../../../lib/tensor/tensor.js';
import { distinct, exactly, held, normal, type Row, row, whole } from '../row.js';

const index = (dims: readonly number[], ...values: number[]): Tensor => int64(values, dims);

export const indexing: readonly Row[] = [
  ...[
    [[4, 3], 0, index([2], 0, 2)],
    [[4, 3], 0, index([4], 0, 2, -1, 2)],
    [[4, 3], 0, index([2, 2], 0, 2, -1, 2)],
    [[4, 3], 1, index([3], 2, 1, 0)],
    [[4, 3], -1, index([5], 2, 2, 2, 2, 2)],
    [[2, 4, 3], 1, index([], 1)],
    [[2, 4, 3], 1, index([], -1)],
    [[2, 4, 3], 2, index([1], 0)],
    [[2, 4, 3], -2, index([2, 1, 2], 3, 0, 1, 1)],
    [[5], 0, index([], 3)],
    [[5], 0, index([7], 0, 1, 2, 3, 4, 0, 0)],
  ].map(([dims, axis, indices]) => gather(dims, axis, indices)),
  row('Gather', [whole(4, 3), tensor('int32', Int32Array.of(3, 0, 0), [3])], { axis: 0 }),
  // Indices that are computed, and more than a matrix of ones and zeros may have.
  ...[0, 1, -1].map((axis) =>
    row(
      'Gather',
      [whole(4, 5, 3), held(exactly([2, 0, -1, 2], 2, 2))],
      { axis },
      { note: 'computed indices', build: (b, [x, at]) => b.gather(x!, b.cast(at!, 'int64'), axis) },
    ),
  ),
  row('Gather', [whole(300, 2), index([4000], ...Array.from({ length: 4000 }, (_, i) => (i * i) % 300))], {
    axis: 0,
  }),

  ...[
    [[3, 4], 0, index([2, 4], 0, 1, 2, 0, 2, 1, 2, 0)],
    [[3, 4], 1, index([3, 2], 0, 3, 1, 1, 2, -1)],
    [[3, 4], -1, index([3, 1], 0, 3, 3)],
    [[2, 2, 3], 1, index([2, 1, 3], 0, 1, 1, 1, 0, 0)],
    [[5], 0, index([6], 0, 0, 0, 4, -1, 2)],
  ].map(([dims, axis, indices]) => gatherElements(dims, axis, indices)),

  ...[
    [[3, 4], 0, index([2, 2], 0, 1, 2, 3)],
    [[3, 4], 0, index([3, 1], 0, 2, 2)],
    [[3, 4], 0, index([2, 2], -1, -1, -1, -1)],
    [[2, 3, 4], 0, index([2, 1, 2], 0, 1, 1, 2)],
    [[2, 3, 4], 1, index([2, 2, 1], 0, 2, 1, 1)],
    [[2, 3, 4], 1, index([2, 2], 0, 3, 2, 0)],
    [[2, 2, 3, 2], 2, index([2, 2, 1], 0, 2, 1, 1)],
  ].map(([dims, batch, indices]) => gatherND(dims, batch, indices)),

  ...['none', 'add'].flatMap((reduction) => [
    row('ScatterElements', [whole(3, 4), index([2, 4], 0, 1, 2, 0, 2, 0, 1, 1), whole(2, 4)], {
      axis: 0,
      reduction,
    }),
    row('ScatterElements', [whole(3, 4), index([3, 2], 0, 3, 1, 2, 2, -4), whole(3, 2)], {
      axis: 1,
      reduction,
    }),
    row('ScatterElements', [whole(2, 2, 3), index([1, 1, 3], 0, 1, 1), whole(1, 1, 3)], {
      axis: 1,
      reduction,
    }),
    row('ScatterElements', [whole(5), index([2], -1, 0), whole(2)], { axis: -1, reduction }),
    row('ScatterND', [whole(3, 4), index([2, 1], 2, 0), whole(2, 4)], { reduction }),
    row('ScatterND', [whole(3, 4), index([3, 2], 0, 1, 2, 3, 1, 0), whole(3)], { reduction }),
    row('ScatterND', [whole(2, 3, 4), index([2, 1, 2], 0, 1, 1, 2), whole(2, 1, 4)], { reduction }),
    row('ScatterND', [whole(5), index([2, 1], -1, 0), whole(2)], { reduction }),
    row('ScatterElements', [whole(5), index([4], 0, 0, 2, -5), whole(4)], { axis: 0, reduction }),
    row('ScatterElements', [whole(3, 4), index([3, 2], 0, 3, 1, 1, 2, -2), whole(3, 2)], {
      axis: -1,
      reduction,
    }),
    row('ScatterND', [whole(5), index([4, 1], 0, 0, 2, -5), whole(4)], { reduction }),
    row('ScatterND', [whole(3, 4), index([3, 1], 2, 0, 2), whole(3, 4)], { reduction }),
  ]),
  row('ScatterElements', [normal(3, 4), index([3, 2], 0, 3, 1, 1, 2, -2), normal(3, 2)], {
    axis: 1,
    reduction: 'mul',
  }),
  row('ScatterND', [normal(5), index([4, 1], 0, 0, 2, -5), normal(4)], { reduction: 'mul' }),
  row(
    'ScatterElements',
    [exactly([2, 0, 0, 3, 5], 5), index([6], 0, 0, 1, 2, 2, 4), exactly([3, 0, 2, 0, 4, 2], 6)],
    { reduction: 'mul' },
    { note: 'with zeros' },
  ),
  row('Scatter', [whole(3, 4), index([3, 2], 0, 3, 1, 2, 2, 0), whole(3, 2)], { axis: 1 }, { opset: 10 }),
  ...[-1, 0, 1].map((axis) =>
    row(
      'OneHot',
      [whole(2)],
      { axis },
      {
        note: 'values',
        build: (b, [values]) =>
          b.op('OneHot', [b.sizes([1, 3, -1]), b.scalar(4, 'int64'), b.cast(values!, 'float32')], { axis }),
      },
    ),
  ),
  row('Compress', [whole(3, 4), tensor('bool', Uint8Array.of(1, 0, 1), [3])], { axis: 0 }),
  row('Compress', [whole(3, 4), tensor('bool', Uint8Array.of(0, 1, 1, 0), [4])], { axis: -1 }),
  row('Compress', [whole(2, 3), tensor('bool', Uint8Array.of(0, 1, 1, 0, 0, 1), [6])]),
  row('TensorScatter', [whole(2, 3, 5, 2), whole(2, 3, 2, 2)], {}, { opset: 24 }),
  row('TensorScatter', [whole(2, 3, 5, 2), whole(2, 3, 2, 2), index([2], 3, 1)], {}, { opset: 24 }),
  row(
    'TensorScatter',
    [whole(2, 5, 3), whole(2, 4, 3), index([2], 3, 0)],
    { axis: 1, mode: 'circular' },
    { opset: 24 },
  ),
  ...[0, 1].flatMap((sorted) => [
    row('Unique', [distinct(2, 3)], { sorted }),
    row('Unique', [distinct(2, 3)], { sorted, axis: 0 }, { outputs: 1 }),
    row('Unique', [distinct(2, 3, 2)], { sorted, axis: -2 }),
    row(
      'Unique',
      [distinct(2, 3)],
      { sorted },
      {
        note: 'of elements that occur twice, with their first indices',
        build: (b, [x]) => {
          const twice = b.concat([x!, b.mul(x!, 1), b.add(x!, 1000)], 1);
          return b.ops('Unique', [twice], 2, { sorted })[0]!;
        },
      },
    ),
  ]),
  row(
    'MaxUnpool',
    [distinct(1, 1, 4, 4)],
    { kernel_shape: [2, 2], strides: [2, 2] },
    {
      note: 'of a MaxPool',
      build: (b, [x]) => {
        const window = { kernel_shape: [2, 2], strides: [2, 2] };
        const [largest, places] = b.ops('MaxPool', [x], 2, window);
        return b.op('MaxUnpool', [largest, places], window);
      },
    },
  ),
];

type Entry = number | readonly number[] | Tensor | undefined;

function gather(dims: Entry, axis: Entry, indices: Entry): Row {
  return picking('Gather', dims, indices, { axis: Number(axis) });
}
function gatherElements(dims: Entry, axis: Entry, indices: Entry): Row {
  return picking('GatherElements', dims, indices, { axis: Number(axis) });
}
function gatherND(dims: Entry, batch: Entry, indices: Entry): Row {
  return picking('GatherND', dims, indices, { batch_dims: Number(batch) });
}

function picking(op: string, dims: Entry, indices: Entry, attributes: Record<string, number>): Row {
  if (!Array.isArray(dims) || typeof indices !== 'object' || !('dtype' in indices)) throw new RangeError(op);
  return row(op, [whole(...dims.map(Number)), indices], attributes);
}
