import { float } from '../../../lib/onnx/graph/attributes.js';
import { exactly, normal, type Row, row, weight, whole } from '../row.js';

const products: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [3, 4],
  ],
  [[3], [3]],
  [[3], [3, 4]],
  [[2, 3], [3]],
  [
    [5, 2, 3],
    [3, 4],
  ],
  [
    [2, 3],
    [5, 3, 4],
  ],
  [
    [5, 2, 3],
    [5, 3, 4],
  ],
  [
    [5, 1, 2, 3],
    [2, 3, 4],
  ],
  [
    [1, 2, 3],
    [5, 3, 1],
  ],
  [[3], [5, 3, 4]],
  [[5, 2, 3], [3]],
  [
    [1, 1],
    [1, 1],
  ],
];

/** Einstein sums with the sizes of their factors. */
const sums: readonly (readonly [string, ...(readonly number[])[]])[] = [
  ['ij,jk->ik', [2, 3], [3, 4]],
  ['ij,kj->ik', [2, 3], [4, 3]],
  ['ij,jk', [2, 3], [3, 4]],
  ['bij,bjk->bik', [2, 2, 3], [2, 3, 4]],
  ['bij,bjk->bk', [2, 2, 3], [2, 3, 4]],
  ['...ij,...jk->...ik', [2, 2, 3], [2, 3, 4]],
  ['...ij,jk->...ik', [2, 2, 3], [3, 4]],
  ['b...i,b...i->b...', [2, 3, 4], [2, 3, 4]],
  ['ii->i', [3, 3]],
  ['ii->', [3, 3]],
  ['ij->ji', [2, 3]],
  ['ij->j', [2, 3]],
  ['ij->', [2, 3]],
  ['ba', [2, 3]],
  ['i,j->ij', [2], [3]],
  ['i,i->', [3], [3]],
  ['i,i->i', [3], [3]],
  ['ij,ij->', [2, 3], [2, 3]],
  ['ij,ij->ij', [2, 3], [2, 3]],
  ['ij,ik->', [2, 3], [2, 4]],
  ['iij->ij', [2, 2, 3]],
  ['jii->ij', [3, 2, 2]],
  ['iii->i', [2, 2, 2]],
  ['bhqd,bhkd->bhqk', [1, 2, 3, 2], [1, 2, 4, 2]],
  ['bhwkc,wkc->bhw', [1, 2, 3, 2, 2], [3, 2, 2]],
  ['ij,jk,kl->il', [2, 3], [3, 2], [2, 4]],
  ['i,ij,j->', [2], [2, 3], [3]],
];

export const linear: readonly Row[] = [
  ...products.map(([a, c]) => row('MatMul', [whole(...a), whole(...c)])),
  ...[0, 1].flatMap((transA) =>
    [0, 1].flatMap((transB) => {
      const [a, c] = [transA ? whole(3, 2) : whole(2, 3), transB ? whole(4, 3) : whole(3, 4)];
      return [
        row('Gemm', [a, c], { transA, transB }),
        row('Gemm', [a, c, whole(4)], { alpha: 0.5, beta: 2.5, transA, transB }),
      ];
    }),
  ),
  ...[[], [1], [4], [2, 1], [1, 4], [2, 4]].map((dims) =>
    row('Gemm', [whole(2, 3), whole(3, 4), whole(...dims)]),
  ),
  row('Det', [weight(normal(3, 3))]),
  row('Det', [normal(2, 2, 2)], {}, { variants: ['static'] }),
  row(
    'Det',
    [exactly([1, 2, 2, 4, 0, 0, 0, 0, 1, 2, 3, 4, 2, 4, 6, 8], 4, 2, 2)],
    {},
    { variants: ['static'] },
  ),
  row('Det', [normal(2, 1, 4, 4)], {}, { variants: ['static'] }),
  row('Det', [normal(1, 1)], {}, { variants: ['static'] }),
  row('Gemm', [whole(2, 3), whole(3, 4), whole(2, 4)], { alpha: float(2), beta: float(0) }),
  ...sums.map(([equation, ...factors]) =>
    row(
      'Einsum',
      factors.map((dims) => whole(...dims)),
      { equation },
    ),
  ),
];
