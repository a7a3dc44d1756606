import { corrupt } from '../common/header.js';

// PNG's five filters: each byte of a row minus its prediction from the neighbors a (left), b (above) and c (above
// left).

type Predictor = (a: number, b: number, c: number) => number;

const predictors: readonly Predictor[] = [
  () => 0,
  (a) => a,
  (_, b) => b,
  (a, b) => (a + b) >> 1,
  (a, b, c) => {
    const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
    if (toA <= toB && toA <= toC) return a;
    return toB <= toC ? b : c;
  },
];

/**
 * Undoes the filters of an image's rows, in place. Each row begins with the number of its filter.
 * @param step bytes per pixel, at least 1
 * @throws OneirosError `bad-input` for an unknown filter
 */
export function unfilter(rows: Uint8Array, rowBytes: number, step: number): void {
  for (let start = 1; start < rows.length; start += rowBytes + 1) {
    const predict = predictors[rows[start - 1]!];
    if (predict === undefined) throw corrupt('png', `a row has the unknown filter ${rows[start - 1]!}`);
    const above = start > 1 ? start - rowBytes - 1 : null;
    for (let i = 0; i < rowBytes; i++) {
      const a = i >= step ? rows[start + i - step]! : 0;
      const b = above === null ? 0 : rows[above + i]!;
      const c = above === null || i < step ? 0 : rows[above + i - step]!;
      rows[start + i] = rows[start + i]! + predict(a, b, c);
    }
  }
}

/**
 * Filters a row with the filter whose output has the smallest sum of magnitudes, the usual heuristic for compression.
 * @param into receives the filter's number and the filtered row
 */
export function filterRow(row: Uint8Array, above: Uint8Array, step: number, into: Uint8Array): void {
  let least = Infinity;
  const tried = new Uint8Array(row.length + 1);
  for (const [filter, predict] of predictors.entries()) {
    tried[0] = filter;
    let sum = 0;
    for (let i = 0; i < row.length; i++) {
      const left = i >= step;
      const byte =
        (row[i]! - predict(left ? row[i - step]! : 0, above[i]!, left ? above[i - step]! : 0)) & 255;
      tried[i + 1] = byte;
      sum += byte < 128 ? byte : 256 - byte;
    }
    if (sum >= least) continue;
    least = sum;
    into.set(tried);
  }
}
