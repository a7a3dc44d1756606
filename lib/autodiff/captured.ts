import type { Graph, Node } from '../onnx/graph.js';

/** Names that a node's subgraphs (branches, loop bodies) take from the graph around it. */
export function captured(node: Node): readonly string[] {
  return [...node.attributes.values()].flatMap((attribute) =>
    attribute.type === 'graph' ? freeNames(attribute.value) : [],
  );
}

function freeNames(graph: Graph): readonly string[] {
  const bound = new Set<string>([
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const used = [
    ...graph.nodes.flatMap((node) => [...node.inputs, ...captured(node)]),
    ...graph.outputs.map((output) => output.name),
  ];
  return [...new Set(used)].filter((name) => name !== '' && !bound.has(name));
}
