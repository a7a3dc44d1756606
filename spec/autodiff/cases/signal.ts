import { int64 } from '../../../lib/tensor/tensor.js';
import { atRunTime, normal, positive, type Row, row } from '../row.js';

const scalar = (value: number) => int64([value], []);

export const signal: readonly Row[] = [
  ...[1, 2].flatMap((parts) => [
    row('DFT', [normal(2, 5, 3, parts)], {}),
    row('DFT', [normal(2, 5, 3, parts)], { axis: 2 }),
    row('DFT', [normal(2, 5, parts), scalar(8)], { axis: 1 }),
    row('DFT', [normal(2, 5, parts), scalar(3)], { axis: 1 }),
    row('DFT', [normal(2, 5, parts)], { inverse: 1 }),
    row('DFT', [normal(2, 4, parts), scalar(6)], { inverse: 1 }),
    row('DFT', [normal(2, 4, parts), scalar(2)], { inverse: 1 }),
    row('DFT', [normal(2, 5, 3, parts), undefined, scalar(-2)], {}, { opset: 20 }),
  ]),
  atRunTime('DFT', [normal(2, 5, 3, 1), undefined, scalar(-2)], {}, 20),
  atRunTime('DFT', [normal(2, 5, 3, 2), scalar(4), scalar(1)], { inverse: 1 }, 20),
  atRunTime('DFT', [normal(2, 3, 6, 1), undefined, scalar(2)], { onesided: 1 }, 20),
  atRunTime('DFT', [normal(2, 4, 2), undefined, scalar(1)], { onesided: 1, inverse: 1 }, 20),
  row('DFT', [normal(2, 6, 1)], { onesided: 1 }),
  row('DFT', [normal(2, 5, 1), scalar(7)], { onesided: 1 }),
  row('DFT', [normal(2, 5, 1), scalar(4), scalar(1)], { onesided: 1 }, { opset: 20 }),
  row('DFT', [normal(2, 4, 2)], { onesided: 1, inverse: 1 }, { opset: 20 }),
  row('DFT', [normal(2, 4, 2)], { onesided: 1, inverse: 1 }),
  row('STFT', [normal(2, 9, 1), scalar(2), positive(4)]),
  row('STFT', [normal(2, 9, 1), scalar(3), undefined, scalar(5)]),
  row('STFT', [normal(1, 8, 1), scalar(2), positive(4), scalar(4)], { onesided: 0 }),
];
