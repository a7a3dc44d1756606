import { OneirosError } from '../../base/errors.js';
import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr, describe } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { int64 } from '../../tensor/tensor.js';
import { broadcasting, rule, type RuleTable } from './rule.js';

/** Products of matrices and of tensors. */
export const linear: RuleTable = {
  // The cotangent of one factor is the sum of products of dy and the other factors, over the letters that the factor
  // does not have.
  Einsum: rule(1, ({ b, node, dy, x }) => {
    const factors = x.filter((factor) => factor !== undefined);
    const { terms, result } = parse(node, factors);
    return factors.map((factor, i) => () => {
      const others = factors.flatMap((value, j) => (j === i ? [] : [{ value, letters: terms[j]! }]));
      return factorCotangent(b, { value: factor, letters: terms[i]! }, [
        { value: dy, letters: result },
        ...others,
      ]);
    });
  }),
  // y = a · c          da = dy · cᵀ, dc = aᵀ · dy (the walk sums the batch axes where they were broadcast)
  MatMul: broadcasting(2, ({ b, dy, x: [a, c] }) => {
    const [rows, columns] = [asMatrix(b, a, 0), asMatrix(b, c, 1)];
    const full = withMatrixAxes(b, dy, rankOf(a) === 1, rankOf(c) === 1);
    return [
      () => likeVector(b, b.matmul(full, b.swap(columns)), rankOf(a), -2),
      () => likeVector(b, b.matmul(b.swap(rows), full), rankOf(c), -1),
    ];
  }),
  // y = det x      dx = dy · C, where Cᵢⱼ = (−1)ⁱ⁺ʲ det of x without row i and column j: defined for singular x too
  Det: rule(1, ({ b, node, dy, x: [x] }) => {
    const rank = rankOf(x);
    const size = x.type?.shape?.at(-1);
    if (typeof size !== 'number')
      throw new OneirosError('unsupported', `${describe(node)}: its gradient needs the size of the matrices`);
    if (size > largestMatrix)
      throw new OneirosError(
        'too-large',
        `${describe(node)}: its gradient is written for at most ${largestMatrix} rows`,
      );
    const spread = b.unsqueeze(dy, [rank - 2, rank - 1]);
    return [size === 1 ? spread : b.mul(spread, cofactors(b, x, size))];
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

/** The cofactors of an n × n matrix take n² determinants of n − 1 rows: n⁴ elements. */
const largestMatrix = 64;

function cofactors(b: Builder, x: Value, size: number): Value {
  const rank = rankOf(x);
  const others = Array.from({ length: size }, (_, left) =>
    Array.from({ length: size }, (_, i) => i).filter((i) => i !== left),
  );
  const places = b.constant(int64(others.flat(), [size, size - 1]));
  // … × row left out × rows × column left out × columns
  const minors = b.gather(b.gather(x, places, rank - 2), places, rank);
  const axes = Array.from({ length: rank - 2 }, (_, i) => i);
  const arranged = b.transpose(minors, [...axes, rank - 2, rank, rank - 1, rank + 1]);
  const signs = Array.from({ length: size * size }, (_, i) =>
    ((i % size) + Math.floor(i / size)) % 2 === 0 ? 1 : -1,
  );
  return b.mul(b.op('Det', [arranged]), b.castLike(b.constant(int64(signs, [size, size])), x));
}

interface Factor {
  readonly value: Value;
  /** One letter for each axis. */
  readonly letters: string;
}

function factorCotangent(b: Builder, factor: Factor, others: readonly Factor[]): Value {
  const own = [...new Set(factor.letters)];
  const elsewhere = new Set(others.flatMap(({ letters }) => Array.from(letters)));
  // Letters that only this factor has were summed over, so its cotangent repeats along them.
  const shared = own.filter((letter) => elsewhere.has(letter)).join('');
  const equation = `${others.map(({ letters }) => letters).join(',')}->${shared}`;
  const product = b.op(
    'Einsum',
    others.map(({ value }) => value),
    { equation },
  );
  const axes = own.flatMap((letter, axis) => (elsewhere.has(letter) ? [] : [axis]));
  const spread = axes.length === 0 ? product : b.unsqueeze(product, axes);
  const sizes = own.map((letter) => b.dim(factor.value, factor.letters.indexOf(letter)));
  const whole = b.expand(spread, sizes);
  return own.length === factor.letters.length ? whole : onDiagonal(b, whole, own, factor);
}

/** A letter that a factor has twice picks its diagonal: the cotangent goes there, with zeros elsewhere. */
function onDiagonal(b: Builder, diagonal: Value, own: readonly string[], { value, letters }: Factor): Value {
  const rank = letters.length;
  const first = own.map((letter) => letters.indexOf(letter));
  const order = [...own.keys()].sort((i, j) => first[i]! - first[j]!);
  const placed = b.reshape(
    b.transpose(diagonal, order),
    Array.from({ length: rank }, (_, axis) => (first.includes(axis) ? b.dim(value, axis) : 1)),
  );
  const masks = Array.from({ length: rank }, (_, axis) => axis)
    .filter((axis) => !first.includes(axis))
    .map((axis) => isDiagonal(b, value, letters.indexOf(letters[axis]!), axis));
  return masks.reduce((part, mask) => b.where(mask, part, 0), placed);
}

/** Whether two axes have the same index: a boolean mask that broadcasts to the value's shape. */
function isDiagonal(b: Builder, value: Value, axis: number, other: number): Value {
  const places = (along: number) =>
    b.reshape(
      b.range(b.dim(value, along)),
      Array.from({ length: rankOf(value) }, (_, i) => (i === along ? -1 : 1)),
    );
  return b.equal(places(axis), places(other));
}

/** The equation with any ellipsis replaced by unused letters, and with its result, which may be implied. */
function parse(node: Node, factors: readonly Value[]): { terms: readonly string[]; result: string } {
  const equation = attr.string(node, 'equation').replaceAll(' ', '');
  const [left = '', given] = equation.split('->');
  const terms = left.split(',');
  if (terms.length !== factors.length)
    throw new OneirosError(
      'bad-input',
      `${describe(node)}: "${equation}" has ${terms.length} terms for ${factors.length} inputs`,
    );
  const letters = terms.map((term) => term.replace('...', ''));
  const ranks = factors.map((factor, i) =>
    terms[i]!.includes('...') ? rankOf(factor) - letters[i]!.length : 0,
  );
  const spare = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ').filter((letter) => !equation.includes(letter));
  const longest = ranks.reduce((most, rank) => Math.max(most, rank), 0);
  const ellipsis = spare.slice(0, longest).join('');
  const spell = (term: string, count: number) => term.replace('...', ellipsis.slice(longest - count));
  const implied = [...new Set(letters.join(''))]
    .filter((letter) => letters.join('').split(letter).length === 2)
    .sort()
    .join('');
  return {
    terms: terms.map((term, i) => spell(term, ranks[i]!)),
    result: given === undefined ? ellipsis + implied : spell(given, longest),
  };
}

function floatOf(value: number) {
  return { type: 'float', value } as const;
}

/** A vector as a matrix, as MatMul interprets it: a row on the left (`axis` 0), a column on the right (1). */
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
