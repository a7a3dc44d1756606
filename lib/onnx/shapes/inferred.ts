import { type Facts, isSameFacts } from '../facts/facts.js';
import type { Budget } from '../graph/budget.js';
import type { Graph, Node } from '../graph/graph.js';
import { subgraphsOf } from '../graph/subgraphs.js';

/** What one task has inferred: its passes infer the same nodes from the same facts many times. */
interface Inferred {
  readonly graphs: WeakMap<Graph, ReadonlyMap<string, Facts>>;
  readonly nodes: InferredNodes;
}

const tasks = new WeakMap<Budget, Inferred>();

/** What the task that spends this budget has inferred so far; it is forgotten with the budget. */
export function inferredIn(budget: Budget): Inferred {
  const known = tasks.get(budget) ?? { graphs: new WeakMap(), nodes: new InferredNodes() };
  tasks.set(budget, known);
  return known;
}

class InferredNodes {
  readonly #nodes = new WeakMap<
    Node,
    { readonly inputs: readonly Facts[]; readonly outputs: readonly Facts[] }
  >();

  /** The facts about a node's outputs that followed from the same facts before; `null` if there are none. */
  recall(node: Node, inputs: readonly Facts[]): readonly Facts[] | null {
    const known = this.#nodes.get(node);
    return known?.inputs.every((facts, i) => isSameFacts(facts, inputs[i]!)) === true ? known.outputs : null;
  }

  /** Keeps what follows from the inputs alone: graphs inside nodes depend on values around them too. */
  remember(node: Node, inputs: readonly Facts[], outputs: readonly Facts[]): void {
    if (subgraphsOf(node).length === 0) this.#nodes.set(node, { inputs, outputs });
  }
}
