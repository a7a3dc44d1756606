import { isSameList } from '../../base/same-list.js';
import type { Graph, Node } from '../graph/graph.js';
import { mapSubgraphs, namesOf, usesOf } from '../graph/subgraphs.js';
import { isLoop, loopForm, withStacks } from './loop-form.js';
import { type Pass, withGraph } from './pass.js';

/**
 * Drops what no output needs:
 * - nodes whose results no node and no subgraph uses
 * - results of loops that are stacked but not used
 * - constants that nothing uses
 * - declarations of values that do not exist
 */
export const eliminateDeadCode: Pass = (model) => withGraph(model, pruned(model.graph));

/** `eliminateDeadCode` for one graph and those inside it. */
export function pruned(graph: Graph): Graph {
  const used = new Set(graph.outputs.map(({ name }) => name));
  const kept: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    const next = mapSubgraphs(withoutUnusedStacks(node, used), pruned);
    for (const name of usesOf(next)) used.add(name);
    kept.push(next);
  }
  const nodes = kept.reverse();
  const initializers = new Map([...graph.initializers].filter(([name]) => used.has(name)));
  const there = namesOf({ ...graph, nodes, initializers });
  const values = new Map([...graph.values].filter(([name]) => there.has(name)));
  const isSame =
    isSameList(nodes, graph.nodes) &&
    initializers.size === graph.initializers.size &&
    values.size === graph.values.size;
  return isSame ? graph : { ...graph, nodes, initializers, values };
}

function withoutUnusedStacks(node: Node, used: ReadonlySet<string>): Node {
  if (!isLoop(node)) return node;
  const form = loopForm(node);
  const stacks = form.stacks.filter(({ name }) => used.has(name));
  return stacks.length === form.stacks.length ? node : withStacks(node, stacks, form);
}
