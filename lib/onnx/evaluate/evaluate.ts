import type { Tensor } from '../../tensor/tensor.js';
import type { Node } from '../graph.js';
import { creation } from './creation.js';
import type { Evaluation } from './element.js';
import { elementwise } from './elementwise.js';
import { layout } from './layout.js';

const evaluations: ReadonlyMap<string, Evaluation> = new Map(
  Object.entries({ ...creation, ...elementwise, ...layout }),
);

/**
 * The results of a node of operator set 17 on constants: what graphs compute of shapes, and simple arithmetic.
 * @param inputs one for each input of the node, `undefined` for an absent one
 * @returns `null` where the node cannot be evaluated here
 */
export function evaluate(node: Node, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] | null {
  if (node.domain !== '') return null;
  return evaluations.get(node.op)?.(node, inputs) ?? null;
}
