import type { Budget } from '../graph/budget.js';
import type { Graph, Model } from '../graph/graph.js';

/**
 * A transformation that does not change what a model computes. It returns the same object if there is nothing to do.
 * Passes over one model can share a budget; by default each pass has a new one.
 */
export type Pass = (model: Model, budget?: Budget) => Model;

/** Operators that give different results each time. */
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

/** The model with this graph; the same object if it has this graph already. */
export function withGraph(model: Model, graph: Graph): Model {
  return graph === model.graph ? model : { ...model, graph };
}
