import { float32, int64 } from '../../../lib/tensor/tensor.js';
import { type Row, row, whole } from '../row.js';

const permutations = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

export const layout: readonly Row[] = [
  ...[[6, 4], [-1], [0, -1], [2, 0, 2, 2], [1, 24, 1], [4, -1, 3]].map((sizes) =>
    row('Reshape', [whole(2, 3, 4), int64(sizes)]),
  ),
  row('Reshape', [whole(), int64([1, 1])]),
  row('Reshape', [whole(1, 1), int64([])]),
  row('Reshape', [whole(2, 3)], { shape: [3, 2] }, { opset: 1 }),
  ...[0, 1, 2, 3, -1].map((axis) => row('Flatten', [whole(2, 3, 4)], { axis })),
  // The removed axes depend on the sizes.
  row('Squeeze', [whole(1, 3, 1, 2)], {}, { variants: ['static'] }),
  row('Squeeze', [whole(1, 3, 1, 2), int64([0])]),
  row('Squeeze', [whole(1, 3, 1, 2), int64([-2, 0])]),
  row('Squeeze', [whole(1, 3, 1, 2)], { axes: [2] }, { opset: 11 }),
  row('Unsqueeze', [whole(3, 2), int64([0])]),
  row('Unsqueeze', [whole(3, 2), int64([-1, 1])]),
  row('Unsqueeze', [whole(), int64([0, 1])]),
  row('Unsqueeze', [whole(3, 2)], { axes: [0, 3] }, { opset: 11 }),
  ...permutations.map((perm) => row('Transpose', [whole(2, 3, 4)], { perm })),
  row('Transpose', [whole(2, 3, 4)]),
  row('Transpose', [whole(2, 1, 3, 2)], { perm: [0, 3, 1, 2] }),
  ...[
    [[3], [2, 3]],
    [
      [2, 1],
      [2, 3],
    ],
    [
      [2, 1],
      [1, 3],
    ],
    [[], [2, 2]],
    [
      [2, 3],
      [2, 3],
    ],
    [
      [1, 1, 2],
      [4, 3, 1],
    ],
    [
      [2, 3],
      [1, 1],
    ],
  ].map(([from, to]) => row('Expand', [whole(...from!), int64(to!)])),
  ...[
    [2, 1],
    [1, 3],
    [2, 3],
    [1, 1],
  ].map((repeats) => row('Tile', [whole(2, 3), int64(repeats)])),
  row('Tile', [whole(2, 1, 3), int64([1, 4, 2])]),
  row('Tile', [whole(2), int64([3])]),

  row('Concat', [whole(2, 3), whole(2, 3)], { axis: 0 }),
  row('Concat', [whole(2, 3), whole(2, 1), whole(2, 4)], { axis: 1 }),
  row('Concat', [whole(2, 3, 4), whole(2, 2, 4)], { axis: -2 }),
  row('Concat', [whole(2, 3)], { axis: 1 }),
  row('Concat', [whole(1, 2, 3, 3), whole(1, 3, 3, 3), whole(1, 1, 3, 3), whole(1, 2, 3, 3)], { axis: 1 }),
  row('Concat', [whole(2), whole(3)], { axis: 0 }),
  row(
    'Concat',
    [whole(2, 3)],
    { axis: 0 },
    { note: 'with itself', build: (b, [x]) => b.concat([x!, x!], 0) },
  ),
  row('Split', [whole(6, 2)], { axis: 0 }, { outputs: 3 }),
  row('Split', [whole(2, 7), int64([3, 4])], { axis: 1 }, { outputs: 2 }),
  row('Split', [whole(2, 7, 3), int64([1, 2, 4])], { axis: -2 }, { outputs: 3 }),
  row('Split', [whole(7)], { axis: 0, num_outputs: 3 }, { outputs: 3, opset: 18 }),
  row('Split', [whole(2, 6)], { axis: 1, split: [2, 4] }, { outputs: 2, opset: 11 }),
  row(
    'Split',
    [whole(2, 7), int64([3, 4])],
    { axis: 1 },
    {
      note: 'one part used',
      build: (b, [x, sizes]) => b.split(x!, sizes!, 1, 2)[1]!,
    },
  ),
  row(
    'Split',
    [whole(2, 7), int64([1, 2, 4])],
    { axis: 1 },
    {
      note: 'two parts of three used',
      build: (b, [x, sizes]) => {
        const [first, , last] = b.split(x!, sizes!, 1, 3);
        return b.mul(b.sum(first!, [1]), last!);
      },
    },
  ),

  ...['DCR', 'CRD'].flatMap((mode) => [
    row('DepthToSpace', [whole(1, 8, 2, 3)], { blocksize: 2, mode }),
    row('DepthToSpace', [whole(2, 9, 1, 2)], { blocksize: 3, mode }),
    row('DepthToSpace', [whole(1, 4, 1, 1)], { blocksize: 2, mode }),
  ]),
  row('SpaceToDepth', [whole(1, 2, 4, 6)], { blocksize: 2 }),
  row('SpaceToDepth', [whole(2, 1, 3, 6)], { blocksize: 3 }),
  ...[0, 1].flatMap((upper) => [
    row('Trilu', [whole(3, 4)], { upper }),
    row('Trilu', [whole(2, 4, 3), int64([1], [])], { upper }),
    row('Trilu', [whole(2, 4, 3), int64([-2], [])], { upper }),
  ]),

  row('Dropout', [whole(2, 3)]),
  row('Dropout', [whole(2, 3), float32([0.3], [])]),
  row('Dropout', [whole(2, 3)], { ratio: 0.4 }, { opset: 10 }),
  row(
    'Identity',
    [whole(2, 3)],
    {},
    { note: 'twice', build: (b, [x]) => b.add(b.op('Identity', [x]), b.op('Identity', [x])) },
  ),
  row('ReverseSequence', [whole(4, 2, 3), int64([3, 1])], { time_axis: 0, batch_axis: 1 }),
  row('ReverseSequence', [whole(2, 4), int64([2, 4])], { time_axis: 1, batch_axis: 0 }),
  row(
    'EyeLike',
    [whole(3, 3)],
    {},
    { note: 'a mask', build: (b, [x]) => b.mul(x!, b.castLike(b.op('EyeLike', [x]), x!)) },
  ),
];
