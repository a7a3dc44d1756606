import type { DType } from '../../tensor/dtype.js';
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
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Node, Shape } from '../graph/graph.js';
import { broadcast, unify } from './broadcast.js';

/**
 * Einsum: letters name axes, `...` the ones that are broadcast; without `->` the result has the letters that occur
 * once.
 */
const einsum: Inference = (node, inputs) => {
  const dtype = commonDType(node, inputs);
  const equation = attr.string(node, 'equation').replace(/\s/g, '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (!/^[A-Za-z.,]*(->[A-Za-z.]*)?$/.test(equation) || terms.length !== inputs.length)
    throw contradiction(
      node,
      inputs,
      `the equation "${equation}" does not describe ${inputs.length} operands`,
    );
  const shapes = inputs.map(shapeOf);
  if (shapes.some((shape) => shape === null)) return [known(dtype, null)];

  const sizes = new Map<string, Dim>();
  let ellipsis: Shape = [];
  for (const [i, term] of terms.entries()) {
    const axes = axesOf(node, inputs, term, shapes[i] ?? []);
    ellipsis = broadcast(node, inputs, [ellipsis, axes.broadcast]) ?? [];
    for (const [letter, size] of axes.named) {
      const before = sizes.get(letter);
      // A size of 1 broadcasts, as in ONNX Runtime.
      const isFree = before === undefined || before === 1;
      if (isFree || size !== 1)
        sizes.set(letter, isFree ? size : unify(node, inputs, `axis ${letter}`, before, size));
    }
  }
  const result = right ?? implicitResult(terms);
  return [
    known(
      dtype,
      (result.match(/\.\.\.|[A-Za-z]/g) ?? []).flatMap((item): Shape => {
        const size = sizes.get(item);
        if (item !== '...' && size === undefined)
          throw contradiction(node, inputs, `axis ${item} of the result is in no operand`);
        return size === undefined ? ellipsis : [size];
      }),
    ),
  ];
};

/** The sizes of a term's letters, and those under its ellipsis. */
function axesOf(
  node: Node,
  inputs: readonly Facts[],
  term: string,
  shape: Shape,
): { readonly named: readonly (readonly [string, Dim])[]; readonly broadcast: Shape } {
  const [before = '', behind] = term.split('...');
  const letters = before.length + (behind?.length ?? 0);
  if (letters > shape.length || (behind === undefined && letters < shape.length))
    throw contradiction(node, inputs, `"${term}" does not describe ${shape.length} axes`);
  const end = shape.length - (behind?.length ?? 0);
  return {
    named: [
      ...Array.from(before, (letter, i) => [letter, shape[i]!] as const),
      ...Array.from(behind ?? '', (letter, i) => [letter, shape[end + i]!] as const),
    ],
    broadcast: shape.slice(before.length, end),
  };
}

function implicitResult(terms: readonly string[]): string {
  const letters = Array.from(terms.join('').replaceAll('.', ''));
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  return `${terms.some((term) => term.includes('...')) ? '...' : ''}${once.join('')}`;
}

/** As in NumPy: a vector is a row on the left, a column on the right; leading axes are broadcast. */
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

/** A number for each matrix. */
const det: Inference = (node, inputs) => {
  const shape = requireRank(node, inputs, 0, 2, true);
  return [known(dtypeOf(inputs[0]), shape && shape.slice(0, -2))];
};

export const linear: Inferences = {
  Det: det,
  Einsum: einsum,
  Gemm: gemm,
  MatMul: matMul((node, inputs) => commonDType(node, inputs)),
  MatMulInteger: matMul(() => 'int32'),
  QLinearMatMul: matMul((_, inputs) => dtypeOf(inputs[7]), 3),
};
