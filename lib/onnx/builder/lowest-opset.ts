import type { Facts } from '../facts/facts.js';
import type { Budget } from '../graph/budget.js';
import type { Model } from '../graph/graph.js';
import { raise } from '../graph/raise-opset.js';
import { inferWithin } from '../shapes/infer.js';

/** A model in the form of operator set 17 as a valid model of the lowest operator set that has all of its nodes. */
export function inLowestOpset(model: Model, budget: Budget): Model {
  // Few nodes need the types of their values: they are inferred when the first one does.
  let facts: ReadonlyMap<string, Facts> | undefined;
  return raise(model, (name) => (facts ??= inferWithin(budget, model)).get(name)?.type ?? null);
}
