import type { Budget } from '../graph/budget.js';
import type { Graph, Model, Node } from '../graph/graph.js';

/**
 * A change to a model that leaves what it computes as it is. Where there is nothing to do it returns the same object.
 * Passes over one model draw from one budget; without it, each from one of its own.
 */
export type Pass = (model: Model, budget?: Budget) => Model;

/** Operators that give other results every time. */
const random = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Dropout',
]);

export function isDeterministic(op: string): boolean {
  return !random.has(op);
}

/** The model with that graph; itself if it is the one it has. */
export function withGraph(model: Model, graph: Graph): Model {
  return graph === model.graph ? model : { ...model, graph };
}

/** Whether two lists hold the very same nodes. */
export function isSameList(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, i) => node === b[i]);
}
