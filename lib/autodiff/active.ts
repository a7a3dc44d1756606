import { OneirosError } from '../base/errors.js';
import type { Graph, Node } from '../onnx/graph/graph.js';
import { usesOf } from '../onnx/graph/subgraphs.js';

/** The part of a graph through which gradients flow: everything on a path from `wrt` to `targets`. */
export interface ActivePath {
  readonly nodes: ReadonlySet<Node>;
  readonly values: ReadonlySet<string>;
  /** Which node makes a value, and which nodes of the path use it, in the order of the graph. */
  readonly makerOf: ReadonlyMap<string, Node>;
  readonly usersOf: ReadonlyMap<string, readonly Node[]>;
  readonly wrt: readonly string[];
  readonly targets: readonly string[];
}

export function activePath(
  graph: Graph,
  wrt: readonly string[],
  targets: readonly string[],
  stops: readonly string[],
): ActivePath {
  const stopped = new Set(stops);
  const inputsOf = usesOf;

  const dependent = new Set(wrt);
  for (const node of graph.nodes)
    if (inputsOf(node).some((name) => dependent.has(name)))
      for (const name of node.outputs) if (name !== '' && !stopped.has(name)) dependent.add(name);

  const wanted = new Set(targets);
  const nodes = new Set<Node>();
  const makerOf = new Map<string, Node>();
  const usersOf = new Map<string, Node[]>();
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name) && dependent.has(name))) continue;
    nodes.add(node);
    for (const name of node.outputs) if (name !== '') makerOf.set(name, node);
    for (const name of inputsOf(node)) {
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
  return { nodes, values, makerOf, usersOf, wrt, targets };
}

/** @throws OneirosError `bad-argument` if some value of `wrt` has no influence on any target */
export function requireConnection({ values, wrt, targets }: ActivePath): void {
  const idle = wrt.find((name) => !values.has(name));
  if (idle !== undefined)
    throw new OneirosError(
      'bad-argument',
      `nothing in [${targets.join(', ')}] depends on "${idle}", so it has no gradient`,
    );
}
