import type { Budget } from '../graph/budget.js';
import type { Graph } from '../graph/graph.js';
import { Builder } from './builder.js';

/**
 * Rebuilds a graph node by node: it starts with the inputs and constants of the graph, can use the values of the graph
 * around it, and never creates a name that the rest of the model uses.
 */
export class Rewriter extends Builder {
  readonly #taken: Set<string>;

  /** @param taken all names of the model; new names are added */
  constructor(graph: Graph, taken: Set<string>, budget: Budget, around?: Rewriter) {
    super(around, budget);
    this.#taken = taken;
    this.load({ ...graph, nodes: [] });
  }

  /** A rewriter for a graph inside one of the nodes. */
  inner(graph: Graph): Rewriter {
    return new Rewriter(graph, this.#taken, this.budget, this);
  }

  override fresh(hint: string): string {
    let name = super.fresh(hint);
    while (this.#taken.has(name)) name = super.fresh(hint);
    this.#taken.add(name);
    return name;
  }

  /** The rewritten graph: nodes and constants are new, everything else is unchanged. */
  finish(original: Graph): Graph {
    const { nodes, initializers } = this.graph();
    return { ...original, nodes, initializers };
  }
}
