import type { Budget } from '../graph/budget.js';
import type { Graph } from '../graph/graph.js';
import { Builder } from './builder.js';

/**
 * Builds a graph anew from another, node by node: it starts with the inputs and constants of that, sees the values of
 * the graph around it, and never makes up a name that the rest of the model uses.
 */
export class Rewriter extends Builder {
  readonly #taken: Set<string>;

  /** @param taken all names of the model; names made up are added */
  constructor(graph: Graph, taken: Set<string>, budget: Budget, around?: Rewriter) {
    super(around, budget);
    this.#taken = taken;
    this.load({ ...graph, nodes: [] });
  }

  /** A rewriter for a graph within one of the nodes. */
  inner(graph: Graph): Rewriter {
    return new Rewriter(graph, this.#taken, this.budget, this);
  }

  override fresh(hint: string): string {
    let name = super.fresh(hint);
    while (this.#taken.has(name)) name = super.fresh(hint);
    this.#taken.add(name);
    return name;
  }

  /** The graph rewritten: nodes and constants are new, all else is as it was. */
  finish(original: Graph): Graph {
    const { nodes, initializers } = this.graph();
    return { ...original, nodes, initializers };
  }
}
