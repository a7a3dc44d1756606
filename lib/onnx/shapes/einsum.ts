import { attr } from '../attributes.js';
import type { Dim, Node, Shape } from '../graph.js';
import { broadcast, unify } from './broadcast.js';
import { commonDType, contradiction, type Facts, type Inference, known, shapeOf } from './facts.js';

/** Einsum: letters name axes, `...` the ones that are broadcast; without `->` the letters that come once, sorted. */
export const einsum: Inference = (node, inputs) => {
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
      // A size of 1 broadcasts, as ONNX Runtime has it.
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

/** Which sizes the letters of a term name, and which stand under its ellipsis. */
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
