import { isSameList } from '../../base/same-list.js';
import type { Graph, Node, ValueInfo } from './graph.js';
import { allNamesOf, mapSubgraphs } from './subgraphs.js';

/** Returns the new name of a value; never called with `''`, the absent value. */
export type Rename = (name: string) => string;

/** The node with every value in it renamed, those of its subgraphs included; the same object if no name changes. */
export function renameNode(node: Node, rename: Rename): Node {
  const renamed = (name: string) => (name === '' ? '' : rename(name));
  const inner = mapSubgraphs(node, (body) => renameGraph(body, rename));
  const [inputs, outputs] = [node.inputs.map(renamed), node.outputs.map(renamed)];
  return inner === node && isSameList(inputs, node.inputs) && isSameList(outputs, node.outputs)
    ? node
    : { ...inner, inputs, outputs };
}

/** The graph with every value in it renamed, those of its subgraphs included. */
export function renameGraph(graph: Graph, rename: Rename): Graph {
  const info = (value: ValueInfo): ValueInfo => ({ ...value, name: rename(value.name) });
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renameNode(node, rename)),
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    initializers: new Map(Array.from(graph.initializers, ([name, constant]) => [rename(name), constant])),
    values: new Map(Array.from(graph.values.values(), (value) => [rename(value.name), info(value)])),
  };
}

/** A composed name keeps this many characters of each part, the last ones, so that it does not grow with every copy. */
const maxPart = 200;

/** A name shortened for use in another. */
export function short(name: string): string {
  return name.length > maxPart ? name.slice(-maxPart) : name;
}

/**
 * A copy of a graph under other names, so that both can be in one graph; captured values keep their names.
 * @param bound names that are already fixed, such as a loop body's inputs as the values of one iteration
 */
export function freshCopy(
  graph: Graph,
  fresh: (hint: string) => string,
  bound: ReadonlyMap<string, string> = new Map(),
): Graph {
  const names = new Map(bound);
  for (const name of allNamesOf(graph)) if (!names.has(name)) names.set(name, fresh(name));
  return renameGraph(graph, (name) => names.get(name) ?? name);
}
