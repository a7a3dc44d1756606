import type { Graph, Node } from '../onnx/graph/graph.js';
import { usesOf } from '../onnx/graph/subgraphs.js';

/** What is differentiated by what. */
export interface Ends {
  readonly targets: readonly string[];
  readonly wrt: readonly string[];
  /** Values through which no gradient passes. */
  readonly stops: readonly string[];
}

/** The part of a graph through which gradients flow: everything on a path from `wrt` to `targets`. */
export interface ActivePath extends Ends {
  readonly nodes: ReadonlySet<Node>;
  readonly values: ReadonlySet<string>;
  /** Which node makes a value, and which nodes of the path use it, in the order of the graph. */
  readonly makerOf: ReadonlyMap<string, Node>;
  readonly usersOf: ReadonlyMap<string, readonly Node[]>;
}

/** @param passes whether a gradient can flow through a node to a result; by default through every node */
export function activePath(
  graph: Graph,
  ends: Ends,
  passes: (node: Node, output: string) => boolean = () => true,
): ActivePath {
  const stopped = new Set(ends.stops);
  const dependent = new Set(ends.wrt);
  for (const node of graph.nodes)
    if (usesOf(node).some((name) => dependent.has(name)))
      for (const name of node.outputs)
        if (name !== '' && !stopped.has(name) && passes(node, name)) dependent.add(name);

  const wanted = new Set(ends.targets);
  const nodes = new Set<Node>();
  const makerOf = new Map<string, Node>();
  const usersOf = new Map<string, Node[]>();
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name) && dependent.has(name))) continue;
    nodes.add(node);
    for (const name of node.outputs) if (name !== '') makerOf.set(name, node);
    for (const name of usesOf(node)) {
      if (!dependent.has(name)) continue;
      wanted.add(name);
      const users = usersOf.get(name);
      if (users === undefined) usersOf.set(name, [node]);
      else users.push(node);
    }
  }
  // Nodes were visited from the last to the first.
  for (const users of usersOf.values()) users.reverse();
  const values = new Set([...wanted].filter((name) => dependent.has(name)));
  return { ...ends, nodes, values, makerOf, usersOf };
}
