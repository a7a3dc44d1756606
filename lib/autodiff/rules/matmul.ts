import { attr } from '../../onnx/attributes.js';
import type { Value } from '../../onnx/builder.js';
import { type Builder, rankOf } from '../../onnx/ops.js';
import { broadcasting, type RuleTable } from './rule.js';

export const matmul: RuleTable = {
  // y = a · c          da = dy · cᵀ, dc = aᵀ · dy (the walk sums the batch axes where they were broadcast)
  MatMul: broadcasting(2, ({ b, dy, x: [a, c] }) => {
    const [rows, columns] = [asMatrix(b, a, 0), asMatrix(b, c, 1)];
    const full = withMatrixAxes(b, dy, rankOf(a) === 1, rankOf(c) === 1);
    return [
      () => likeVector(b, b.matmul(full, b.swap(columns)), rankOf(a), -2),
      () => likeVector(b, b.matmul(b.swap(rows), full), rankOf(c), -1),
    ];
  }),

  // y = α a' c' + β d, where ' transposes if asked to
  Gemm: broadcasting(2, ({ b, node, dy, x: [a, c] }) => {
    const [alpha, beta] = [attr.float(node, 'alpha', 1), attr.float(node, 'beta', 1)];
    const [transA, transB] = [attr.int(node, 'transA', 0) === 1, attr.int(node, 'transB', 0) === 1];
    const product = (left: Value, right: Value, leftT: boolean, rightT: boolean) =>
      b.op('Gemm', [left, right], { alpha: floatOf(alpha), transA: Number(leftT), transB: Number(rightT) });
    return [
      () => (transA ? product(c, dy, transB, true) : product(dy, c, false, !transB)),
      () => (transB ? product(dy, a, true, transA) : product(a, dy, !transA, false)),
      () => (beta === 1 ? dy : b.mul(dy, beta)),
    ];
  }),
};

function floatOf(value: number) {
  return { type: 'float', value } as const;
}

/** A vector as the matrix that MatMul takes it for: a row on the left (`axis` 0), a column on the right (1). */
function asMatrix(b: Builder, x: Value, axis: 0 | 1): Value {
  return rankOf(x) === 1 ? b.unsqueeze(x, [axis]) : x;
}

function withMatrixAxes(b: Builder, dy: Value, leftIsVector: boolean, rightIsVector: boolean): Value {
  const row = rightIsVector ? b.unsqueeze(dy, [-1]) : dy;
  return leftIsVector ? b.unsqueeze(row, [-2]) : row;
}

function likeVector(b: Builder, cotangent: Value, rank: number, axis: -1 | -2): Value {
  return rank === 1 ? b.squeeze(cotangent, [axis]) : cotangent;
}
