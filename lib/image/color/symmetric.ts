import type { Matrix3 } from './colorspace.js';

/**
 * A symmetric positive semidefinite 3×3 matrix to a real power, by its eigenvalues.
 * @param floor added to every eigenvalue, so that a negative power of a singular matrix stays finite
 */
export function symmetricPower(matrix: Matrix3, power: number, floor = 0): Matrix3 {
  const { values, vectors } = eigen(matrix);
  const powers = values.map((value) => (Math.max(0, value) + floor) ** power);
  const at = (i: 0 | 1 | 2, j: 0 | 1 | 2) =>
    powers.reduce((sum, p, k) => sum + p * vectors[3 * i + k]! * vectors[3 * j + k]!, 0);
  const [ab, ac, bc] = [at(0, 1), at(0, 2), at(1, 2)];
  return [at(0, 0), ab, ac, ab, at(1, 1), bc, ac, bc, at(2, 2)];
}

/** Eigenvalues, and eigenvectors as columns, by Jacobi's rotations: for 3×3 a few sweeps reach rounding. */
function eigen(matrix: Matrix3): { values: number[]; vectors: number[] } {
  const a = [...matrix];
  const vectors = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const;
  for (let sweep = 0; sweep < 12; sweep++)
    for (const [p, q] of pairs) {
      const off = a[3 * p + q]!;
      if (off === 0) continue;
      const theta = (a[4 * q]! - a[4 * p]!) / (2 * off);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
      const cos = 1 / Math.hypot(t, 1);
      const sin = t * cos;
      // a ← Jᵀ a J, vectors ← vectors J, where J turns the plane of axes p and q.
      for (let k = 0; k < 3; k++) turn(a, 3 * k + p, 3 * k + q, cos, sin);
      for (let k = 0; k < 3; k++) turn(a, 3 * p + k, 3 * q + k, cos, sin);
      for (let k = 0; k < 3; k++) turn(vectors, 3 * k + p, 3 * k + q, cos, sin);
    }
  return { values: [a[0]!, a[4]!, a[8]!], vectors };
}

function turn(m: number[], i: number, j: number, cos: number, sin: number): void {
  const [x, y] = [m[i]!, m[j]!];
  m[i] = cos * x - sin * y;
  m[j] = sin * x + cos * y;
}
