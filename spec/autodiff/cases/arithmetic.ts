import {
  apart,
  avoiding,
  distinct,
  exactly,
  held,
  normal,
  positive,
  type Row,
  row,
  uniform,
  whole,
} from '../row.js';

const shapePairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 1],
    [1, 3],
  ],
  [[], [2, 2]],
  [[2, 2], []],
  [
    [2, 3, 4, 2],
    [1, 3, 1, 1],
  ],
  [
    [1, 1],
    [3, 2],
  ],
];

const shapes: readonly (readonly number[])[] = [[7], [2, 3, 4]];

/** Functions of one variable, and where they are smooth. */
const smooth = {
  Neg: whole,
  Identity: whole,
  Exp: normal,
  Erf: normal,
  Sin: normal,
  Cos: normal,
  Sinh: normal,
  Cosh: normal,
  Tanh: normal,
  Atan: normal,
  Asinh: normal,
  Abs: (...dims: number[]) => avoiding([0], ...dims),
  Sqrt: positive,
  Log: positive,
  Reciprocal: positive,
  Tan: (...dims: number[]) => uniform(-1.2, 1.2, ...dims),
  Asin: (...dims: number[]) => uniform(-0.8, 0.8, ...dims),
  Acos: (...dims: number[]) => uniform(-0.8, 0.8, ...dims),
  Atanh: (...dims: number[]) => uniform(-0.7, 0.7, ...dims),
  Acosh: (...dims: number[]) => uniform(1.4, 3, ...dims),
} as const;

const casts = { float16: 10, float32: 1, float64: 11 } as const;

export const arithmetic: readonly Row[] = [
  ...Object.entries(smooth).flatMap(([op, draw]) => [...shapes, []].map((dims) => row(op, [draw(...dims)]))),

  ...shapePairs.flatMap(([a, c]) => [
    row('Add', [whole(...a), whole(...c)]),
    row('Sub', [whole(...a), whole(...c)]),
    row('Mul', [whole(...a), whole(...c)]),
    row('Div', [normal(...a), positive(...c)]),
    row('Pow', [positive(...a), normal(...c)]),
  ]),
  ...[2, 3, 0.5, -1, 1, 0].map((p) =>
    row('Pow', [positive(2, 3)], {}, { build: (b, [x]) => b.pow(x!, p), note: `exponent ${p}` }),
  ),
  row(
    'Pow',
    [normal(2, 3)],
    {},
    { build: (b, [x]) => b.op('Pow', [x, b.scalar(2, 'int64')]), note: 'int64 exponent' },
  ),

  // The operands are far apart, so that no step changes which is greater.
  ...(['Max', 'Min'] as const).flatMap((op) => [
    row(op, [distinct(2, 3)], {}, { note: 'of one' }),
    ...shapePairs.map(([a, c]) =>
      row(
        op,
        [distinct(...a), distinct(...c)],
        {},
        {
          note: 'shifted',
          build: (b, [x, y]) => b.op(op, [b.add(x!, 4), y]),
        },
      ),
    ),
    row(
      op,
      [distinct(2, 3), distinct(3), distinct(2, 1)],
      {},
      {
        note: 'shifted',
        build: (b, [x, y, z]) => b.op(op, [b.add(x!, 3), y, b.sub(z!, 3)]),
      },
    ),
  ]),
  ...(['Sum', 'Mean'] as const).flatMap((op) => [
    row(op, [whole(2, 3)]),
    row(op, [whole(2, 3), whole(2, 3)]),
    row(op, [whole(2, 3), whole(3), whole(2, 1)]),
    row(op, [whole(2, 3), whole(), whole(4, 1, 1), whole(1, 3)]),
  ]),
  row('Pow', [exactly([0, 0, 2, 3], 4), held(exactly([0, 2, 0, 1], 4))], {}, { note: 'with zeros' }),
  row(
    'Range',
    [uniform(0.1, 0.2), held(uniform(3.3, 3.4)), uniform(0.49, 0.51)],
    {},
    { variants: ['static'] },
  ),
  row('Mod', [uniform(2.2, 2.8, 2, 3), uniform(0.9, 1.05, 3)], { fmod: 1 }),
  row('Mod', [uniform(-2.8, -2.2, 2, 3), uniform(0.9, 1.05, 3)], { fmod: 1 }, { note: 'negative' }),

  // One condition for each value, one for all, one for each row.
  ...[
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[2, 1], [3], [2, 3]],
    [[], [2, 3], [1, 3]],
    [[2, 3], [], [3]],
    [[2, 1, 1], [3, 1], [2]],
  ].map(([c, a, d]) =>
    row(
      'Where',
      [held(apart(...c!)), whole(...a!), whole(...d!)],
      {},
      {
        build: (b, [condition, x, y]) => b.op('Where', [b.greater(condition!, 0), x, y]),
      },
    ),
  ),

  ...Object.entries(casts).map(([name, to]) =>
    row(
      'Cast',
      [whole(2, 3)],
      {},
      {
        note: `to ${name} and back`,
        build: (b, [x]) => b.castLike(b.op('Cast', [x], { to }), x!),
      },
    ),
  ),
  row(
    'CastLike',
    [whole(2, 3)],
    {},
    {
      note: 'to float32 and back',
      build: (b, [x]) => b.op('CastLike', [b.op('CastLike', [x, b.scalar(1, 'float32')]), x]),
    },
  ),
];
