import { attr } from './graph/attributes.js';
import type { Dim, Node, Shape } from './graph/graph.js';

/**
 * The number of multiply-adds in a node: those of convolutions and matrix products, 0 for other operators.
 * @param shapeOf returns the shape of a value by its name, `null` if it is unknown
 * @returns `null` if a size is unknown
 */
export function multiplyAddsOf(
  node: Node,
  shapeOf: (name: string | undefined) => Shape | null,
): number | null {
  const [input, weight] = node.inputs.map(shapeOf);
  const output = shapeOf(node.outputs[0]);
  switch (node.op) {
    case 'Conv':
      return product(output, weight?.slice(1));
    case 'ConvTranspose':
      return product(input, weight?.slice(1));
    case 'Gemm':
      return product(output, [input?.[attr.int(node, 'transA', 0) === 0 ? 1 : 0] ?? '?']);
    case 'MatMul':
      return product(output, input?.slice(-1));
    default:
      return 0;
  }
}

function product(...shapes: readonly (readonly Dim[] | null | undefined)[]): number | null {
  let result = 1;
  for (const dim of shapes.flatMap((shape) => shape ?? ['?'])) {
    if (typeof dim !== 'number') return null;
    result *= dim;
  }
  return result;
}
