import { sizeOf, type Tensor } from '../../tensor/tensor.js';
import type { Node } from '../graph/graph.js';
import { copied } from './copy.js';
import { type Evaluation, make } from './element.js';
import { families } from './families.js';

const evaluations: ReadonlyMap<string, Evaluation> = new Map(Object.values(families).flatMap(Object.entries));

/**
 * Evaluates a node of operator set 17 on constants: shape computations and simple arithmetic.
 * @param inputs one for each input of the node, `undefined` for an absent one
 * @param fits whether a result of `elements` elements, for which `reads` elements are read, may be computed
 * @returns `null` if the node cannot be evaluated here, or its result does not fit
 */
export function evaluate(
  node: Node,
  inputs: readonly (Tensor | undefined)[],
  fits: (elements: number, reads: number) => boolean,
): Tensor | null {
  const result = node.domain === '' ? evaluations.get(node.op)?.(node, inputs) : undefined;
  if (result === undefined || result === null || 'data' in result) return result ?? null;
  const elements = sizeOf(result.dims);
  const isPossible = result.dims.every((size) => Number.isSafeInteger(size) && size >= 0);
  const reads = 'from' in result ? elements : elements * (result.reads ?? 1);
  if (!isPossible || !fits(elements, reads)) return null;
  return 'from' in result ? copied(result) : make(result);
}
