/** The matrices of Winograd's minimal filtering F(m, r) along one axis: y = Aᵀ [(G g) ⊙ (Bᵀ d)]. */
export interface Winograd {
  /** m × (m + r − 1): from products to results. */
  readonly results: Matrix;
  /** (m + r − 1) × r: from a kernel to factors. */
  readonly kernel: Matrix;
  /** (m + r − 1) × (m + r − 1): from a tile of the input to factors. */
  readonly tile: Matrix;
}

export type Matrix = readonly (readonly number[])[];

/**
 * The matrices by the method of Toom and Cook: polynomials are evaluated at `points` and at infinity, multiplied, and
 * interpolated (Lavin and Gray, 2015, arXiv:1509.09308; Barabasz et al., 2020, on the choice of points).
 * @param outputs m: how many results a tile gives
 * @param taps r: how long the kernel is
 * @param points m + r − 2 different numbers; small ones and their negatives keep rounding errors small
 */
export function winograd(outputs: number, taps: number, points: readonly number[]): Winograd {
  const last = points.length;
  const rows = [...points.keys(), last];
  const power = (row: number, exponent: number, highest: number) =>
    row < last ? points[row]! ** exponent : exponent === highest ? 1 : 0;
  const scale = (row: number) =>
    row < last
      ? points.reduce((product, point, i) => (i === row ? product : product * (points[row]! - point)), 1)
      : 1;
  const others = (row: number) => points.filter((_, i) => i !== row);
  return {
    results: upTo(outputs).map((i) => rows.map((row) => power(row, i, outputs - 1))),
    kernel: rows.map((row) => upTo(taps).map((i) => power(row, i, taps - 1) / scale(row))),
    tile: rows.map((row) => {
      const coefficients = withRoots(others(row));
      return rows.map((i) => coefficients[i] ?? 0);
    }),
  };
}

/** The coefficients of Π (x − root), the constant one first. */
function withRoots(roots: readonly number[]): readonly number[] {
  return roots.reduce<readonly number[]>(
    (c, root) => upTo(c.length + 1).map((i) => (c[i - 1] ?? 0) - root * (c[i] ?? 0)),
    [1],
  );
}

/** The matrix for two axes at once, in rows: (rows · rows) × (columns · columns). */
export function forTwoAxes(matrix: Matrix): Float32Array {
  return Float32Array.from(
    matrix.flatMap((a) => matrix.flatMap((b) => a.flatMap((x) => b.map((y) => x * y)))),
  );
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
