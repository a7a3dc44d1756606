import type { DType } from '../../tensor/dtype.js';
import { attr } from '../attributes.js';
import type { Dim, Node, Shape } from '../graph.js';
import { broadcast, unify } from './broadcast.js';
import {
  anyShape,
  commonDType,
  contradiction,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  requireRank,
  shapeOf,
} from './facts.js';

/** As numpy does it: a vector is a row on the left, a column on the right; axes in front are broadcast. */
function matMul(
  dtypeOfResult: (node: Node, inputs: readonly Facts[]) => DType | undefined,
  rightAt = 1,
): Inference {
  return (node, inputs) => {
    const dtype = dtypeOfResult(node, inputs);
    const a = requireRank(node, inputs, 0, 1, true);
    const b = requireRank(node, inputs, rightAt, 1, true);
    if (a === null || b === null) return [known(dtype, null)];
    unify(node, inputs, 'inner sizes', a.at(-1)!, b.at(-2) ?? b.at(-1)!);
    const batch = broadcast(node, inputs, [a.slice(0, -2), b.slice(0, -2)]) ?? [];
    return [known(dtype, [...batch, ...a.slice(-2, -1), ...(b.length > 1 ? b.slice(-1) : [])])];
  };
}

/** α · A′ · B′ + β · C, with C broadcast to the product. */
const gemm: Inference = (node, inputs) => {
  const [, , c] = inputs;
  const dtype = commonDType(node, inputs);
  const a = requireRank(node, inputs, 0, 2);
  const b = requireRank(node, inputs, 1, 2);
  const [m, k] = oriented(a, attr.int(node, 'transA', 0) !== 0);
  const [l, n] = oriented(b, attr.int(node, 'transB', 0) !== 0);
  unify(node, inputs, 'inner sizes', k, l);
  const result = [m, n];
  const added = shapeOf(c);
  if (added !== null && (added.length > 2 || broadcast(node, inputs, [result, added])?.length !== 2))
    throw contradiction(node, inputs, `C does not broadcast to [${result.join(', ')}]`);
  return [known(dtype, result)];
};

function oriented(matrix: Shape | null, isTransposed: boolean): readonly [Dim, Dim] {
  const [rows, columns] = matrix ?? anyShape(2);
  return isTransposed ? [columns!, rows!] : [rows!, columns!];
}

export const linear: Inferences = {
  Gemm: gemm,
  MatMul: matMul((node, inputs) => commonDType(node, inputs)),
  MatMulInteger: matMul(() => 'int32'),
  QLinearMatMul: matMul((_, inputs) => dtypeOf(inputs[7]), 3),
};
