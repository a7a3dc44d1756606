import { OneirosError } from '../../base/errors.js';
import { type Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { tensor } from '../../tensor/tensor.js';

/** The identity matrix with the given number of rows. */
export function identity(b: Builder, rows: number): Value {
  const data = new Float32Array(rows * rows);
  for (let i = 0; i < rows; i++) data[i * rows + i] = 1;
  return b.constant(tensor('float32', data, [rows, rows]), b.fresh('identity'));
}

/** The sum of a square matrix's diagonal, of shape [1, 1]. */
export function trace(b: Builder, matrix: Value): Value {
  return b.sum(b.mul(matrix, identity(b, rowsOf(matrix))));
}

/** The number of iterations in crowsonkb/style-transfer-pytorch. */
const iterations = 12;

/**
 * The square root of a symmetric positive semi-definite matrix, by the coupled Newton–Schulz iteration
 *
 *     Y = A/‖A‖, Z = I;  repeat: T = (3I − Z Y)/2, Y ← Y T, Z ← T Z;  then A^½ = Y ‖A‖^½
 *
 * (Higham, "Functions of Matrices", 2008, §6.7): only matrix products, so it has a gradient and every provider supports
 * it.
 */
export function squareRoot(b: Builder, matrix: Value): Value {
  const eye = identity(b, rowsOf(matrix));
  const norm = b.sqrt(b.add(b.sum(b.square(matrix)), 1e-24));
  let y = b.div(matrix, norm);
  let z = eye;
  for (let i = 0; i < iterations; i++) {
    const t = b.sub(b.mul(eye, 1.5), b.mul(b.matmul(z, y), 0.5));
    y = b.matmul(y, t);
    z = b.matmul(t, z);
  }
  return b.mul(y, b.sqrt(norm));
}

/**
 * The number of rows of a matrix or a column vector.
 * @throws OneirosError `unsupported` if that is known only when the graph runs
 */
export function rowsOf(matrix: Value): number {
  const rows = shapeOf(matrix)[0];
  if (typeof rows !== 'number')
    throw new OneirosError('unsupported', `"${matrix.name}" does not have a fixed number of rows`);
  return rows;
}
