import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { nearest } from '../../base/nearest-names.js';
import type { Graph, Model, Node, ValueInfo } from '../graph/graph.js';
import { allNamesOf, namesOf, usedIn } from '../graph/subgraphs.js';
import { inferModel } from '../shapes/infer.js';
import { eliminateDeadCode } from './dead-code.js';

/**
 * Extracts the part of a model between some of its values: a network up to a layer, or from a layer on. Inputs of the
 * model that the outputs still depend on stay inputs; the others are removed.
 * @param inputs values of the main graph that become inputs, with the types that shape inference gives them
 * @param outputs values of the main graph that become the outputs, in this order
 * @throws OneirosError `bad-argument` if a value does not exist (the message lists the nearest names) or is listed
 *   twice; `unsupported` if an input's type cannot be inferred
 */
export function extractSubgraph(model: Model, inputs: readonly string[], outputs: readonly string[]): Model {
  check('extractSubgraph', {
    model: [model, kind.model],
    inputs: [inputs, kind.texts],
    outputs: [outputs, kind.texts],
  });
  const { graph } = model;
  checkNames(graph, inputs);
  checkNames(graph, outputs);
  const facts = inferModel(model);
  const declarations = new Map([...graph.outputs, ...graph.inputs].map((info) => [info.name, info]));
  const infoOf = (name: string): ValueInfo => {
    const declared = declarations.get(name);
    const type = facts.get(name)?.type ?? declared?.type ?? null;
    return { name, type, ...(declared?.origin && { origin: declared.origin }) };
  };
  const cut = new Set(inputs);
  const whole: Graph = {
    ...graph,
    inputs: [...graph.inputs.filter(({ name }) => !cut.has(name)), ...inputs.map(infoOf)],
    outputs: outputs.map(infoOf),
    nodes: detach(graph, cut),
    initializers: new Map([...graph.initializers].filter(([name]) => !cut.has(name))),
  };
  const untyped = whole.inputs.find(({ name, type }) => cut.has(name) && type === null);
  if (untyped !== undefined)
    throw new OneirosError(
      'unsupported',
      `the type of "${untyped.name}" cannot be inferred, so it cannot become an input`,
    );
  const pruned = eliminateDeadCode({ ...model, graph: whole });
  return { ...pruned, graph: withoutUnused(pruned.graph, cut) };
}

function checkNames(graph: Graph, names: readonly string[]): void {
  const there = namesOf(graph);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new OneirosError('bad-argument', `the value "${name}" is listed twice`);
    seen.add(name);
    if (!there.has(name))
      throw new OneirosError(
        'bad-argument',
        `the graph has no value "${name}"; the nearest names are ${nearest(name, there).join(', ')}`,
      );
  }
}

/** Nodes that made what is now an input get unused names for it: they stay, since they may make other values too. */
function detach(graph: Graph, cut: ReadonlySet<string>): readonly Node[] {
  const taken = allNamesOf(graph);
  let next = 0;
  const unused = (name: string): string => {
    let free: string;
    do free = `${name}_${next++}`;
    while (taken.has(free));
    return free;
  };
  return graph.nodes.map((node) =>
    node.outputs.some((name) => cut.has(name))
      ? { ...node, outputs: node.outputs.map((name) => (cut.has(name) ? unused(name) : name)) }
      : node,
  );
}

function withoutUnused(graph: Graph, asked: ReadonlySet<string>): Graph {
  const used = usedIn(graph);
  return { ...graph, inputs: graph.inputs.filter(({ name }) => asked.has(name) || used.has(name)) };
}
