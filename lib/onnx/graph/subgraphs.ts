import type { Attribute, Graph, Node } from './graph.js';

/** The graphs within a node: branches, loop bodies. */
export function subgraphsOf(node: Node): readonly Graph[] {
  const graphs: Graph[] = [];
  for (const attribute of node.attributes.values())
    if (attribute.type === 'graph') graphs.push(attribute.value);
  return graphs;
}

/** The names that a node's subgraphs capture from the graphs around them. */
export function freeNames(node: Node): readonly string[] {
  return subgraphsOf(node).flatMap(capturesOf);
}

/** The names that a graph captures from the graphs around it, each once. */
function capturesOf(graph: Graph): readonly string[] {
  const bound = namesOf(graph);
  const used = [
    ...graph.nodes.flatMap((node) => [...node.inputs, ...freeNames(node)]),
    ...graph.outputs.map(({ name }) => name),
  ];
  return [...new Set(used)].filter((name) => name !== '' && !bound.has(name));
}

/** All that a graph defines: inputs, constants, results of nodes. */
export function namesOf(graph: Graph): Set<string> {
  const names = new Set(graph.initializers.keys());
  for (const { name } of graph.inputs) names.add(name);
  for (const node of graph.nodes) for (const name of node.outputs) names.add(name);
  names.delete('');
  return names;
}

/** Every name in a graph and in those within it, of values and of nodes: ONNX Runtime requires both to be unique. */
export function allNamesOf(graph: Graph): Set<string> {
  const names = namesOf(graph);
  for (const node of graph.nodes) names.add(node.name);
  for (const node of graph.nodes)
    for (const inner of subgraphsOf(node)) for (const name of allNamesOf(inner)) names.add(name);
  return names;
}

/** All values that a node uses, including those its subgraphs capture. */
export function usesOf(node: Node): readonly string[] {
  return [...node.inputs, ...freeNames(node)].filter((name) => name !== '');
}

/** All that a graph's nodes and outputs use. */
export function usedIn(graph: Graph): ReadonlySet<string> {
  const used = new Set(graph.outputs.map(({ name }) => name));
  for (const node of graph.nodes) for (const name of usesOf(node)) used.add(name);
  return used;
}

/** The node with its subgraphs replaced, each changed once; the same object if none changes. */
export function mapSubgraphs(node: Node, change: (graph: Graph, attribute: string) => Graph): Node {
  const changed = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    if (attribute.type !== 'graph') continue;
    const value = change(attribute.value, name);
    if (value !== attribute.value) changed.set(name, { type: 'graph', value });
  }
  if (changed.size === 0) return node;
  return {
    ...node,
    attributes: new Map(Array.from(node.attributes, ([name, old]) => [name, changed.get(name) ?? old])),
  };
}
