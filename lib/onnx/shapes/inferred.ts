import { type Facts, isSameFacts } from '../facts/facts.js';
import type { Budget } from '../graph/budget.js';
import type { Node } from '../graph/graph.js';
import { subgraphsOf } from '../graph/subgraphs.js';

/** What followed from what. */
interface Inferred {
  readonly inputs: readonly Facts[];
  readonly outputs: readonly Facts[];
}

/**
 * The inferences of each task: its passes infer the same nodes from the same facts many times. A task is known by its
 * budget; what it has inferred is forgotten with it.
 */
const tasks = new WeakMap<Budget, WeakMap<Node, Inferred>>();

/** The facts about a node's outputs that were inferred from the same facts before; `null` if there are none. */
export function recall(budget: Budget, node: Node, inputs: readonly Facts[]): readonly Facts[] | null {
  const known = tasks.get(budget)?.get(node);
  return known?.inputs.every((facts, i) => isSameFacts(facts, inputs[i]!)) === true ? known.outputs : null;
}

/** Keeps what was inferred, unless it depends on more than the inputs: graphs inside nodes use values around them. */
export function remember(
  budget: Budget,
  node: Node,
  inputs: readonly Facts[],
  outputs: readonly Facts[],
): void {
  if (subgraphsOf(node).length > 0) return;
  const task = tasks.get(budget) ?? new WeakMap<Node, Inferred>();
  tasks.set(budget, task.set(node, { inputs, outputs }));
}
