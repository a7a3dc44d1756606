import { OneirosError } from '../../base/errors.js';
import { describe } from './attributes.js';
import type { Graph, Node } from './graph.js';
import { freeNames } from './subgraphs.js';

/** Whether a name stands for a value. */
export type IsDefined = (name: string) => boolean;

/**
 * Checks that a graph is in single assignment form and sorts its nodes so that each value is computed before it is
 * used; an order that is already valid is kept.
 * @param isOuter whether a name is defined by the graphs around it
 * @throws OneirosError `bad-input` naming a value that is made twice or by no node, or the nodes of a cycle
 */
export function sortGraph(graph: Graph, isOuter: IsDefined = () => false): Graph {
  const maker = makers(graph, isOuter);
  const nodes = sortNodes(graph, maker, isOuter);
  for (const { name } of graph.outputs)
    if (!maker.has(name) && !isOuter(name))
      throw new OneirosError('bad-input', `${nameOf(graph)} has the output "${name}", which no node makes`);
  return { ...graph, nodes };
}

const given = -1;

/** For each value of the graph the position of the node that makes it, or `given` for inputs and constants. */
function makers(graph: Graph, isOuter: IsDefined): ReadonlyMap<string, number> {
  const maker = new Map<string, number>();
  const define = (name: string, position: number, by: string) => {
    if (maker.has(name) || isOuter(name))
      throw new OneirosError('bad-input', `the value "${name}" is made twice, the second time by ${by}`);
    maker.set(name, position);
  };
  for (const { name } of graph.inputs) define(name, given, `an input of ${nameOf(graph)}`);
  for (const name of graph.initializers.keys()) define(name, given, `a constant of ${nameOf(graph)}`);
  graph.nodes.forEach((node, position) => {
    for (const name of node.outputs) if (name !== '') define(name, position, `the ${describe(node)}`);
  });
  return maker;
}

function sortNodes(graph: Graph, maker: ReadonlyMap<string, number>, isOuter: IsDefined): readonly Node[] {
  const needs = graph.nodes.map((node) => sourcesOf(node, maker, isOuter));
  if (needs.every((sources, position) => sources.every((source) => source < position))) return graph.nodes;

  const users = graph.nodes.map((): number[] => []);
  const missing = needs.map((sources, position) => {
    for (const source of sources) users[source]?.push(position);
    return sources.length;
  });
  const ready = missing.flatMap((count, position) => (count === 0 ? [position] : []));
  for (const position of ready)
    for (const user of users[position] ?? []) if (--missing[user]! === 0) ready.push(user);

  if (ready.length < graph.nodes.length)
    throw new OneirosError(
      'bad-input',
      `${nameOf(graph)} has a cycle: ${cycle(graph.nodes, needs, missing)}`,
    );
  return ready.map((position) => graph.nodes[position]!);
}

/** Positions of the nodes that make what a node uses. */
function sourcesOf(node: Node, maker: ReadonlyMap<string, number>, isOuter: IsDefined): readonly number[] {
  const sources = new Set<number>();
  for (const name of [...node.inputs, ...freeNames(node)]) {
    const source = maker.get(name);
    if (source === undefined && name !== '' && !isOuter(name))
      throw new OneirosError('bad-input', `${describe(node)} uses "${name}", which no node makes`);
    if (source !== undefined && source !== given) sources.add(source);
  }
  return [...sources];
}

/** Follows the nodes that never became ready backwards until one repeats. */
function cycle(
  nodes: readonly Node[],
  needs: readonly (readonly number[])[],
  missing: readonly number[],
): string {
  const isStuck = (position: number) => missing[position]! > 0;
  const seen = new Set<number>();
  let at = missing.findIndex((count) => count > 0);
  while (!seen.has(at)) {
    seen.add(at);
    at = needs[at]!.find(isStuck)!;
  }
  const path = [...seen];
  const loop = path.slice(path.indexOf(at)).reverse();
  const shown = loop.slice(0, 5).map((position) => describe(nodes[position]!));
  return `${shown.join(' → ')}${loop.length > shown.length ? ' → …' : ''} needs its own result`;
}

function nameOf(graph: Graph): string {
  return `the graph "${graph.name}"`;
}
