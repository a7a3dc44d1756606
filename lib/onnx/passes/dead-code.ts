import { isSameList } from '../../base/same-list.js';
import type { Graph, Node } from '../graph/graph.js';
import { mapSubgraphs, namesOf, usesOf } from '../graph/subgraphs.js';
import { type Pass, withGraph } from './pass.js';

/**
 * Drops what no output needs:
 * - nodes whose results no node and no subgraph uses
 * - constants that nothing uses
 * - declarations of values that do not exist
 */
export const eliminateDeadCode: Pass = (model) => withGraph(model, prune(model.graph));

function prune(graph: Graph): Graph {
  const used = new Set(graph.outputs.map(({ name }) => name));
  const kept: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    const pruned = mapSubgraphs(node, prune);
    for (const name of usesOf(pruned)) used.add(name);
    kept.push(pruned);
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
