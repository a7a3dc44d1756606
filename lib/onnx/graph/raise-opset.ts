import { int64, type Tensor } from '../../tensor/tensor.js';
import { attr, type AttributeLike, attributes } from './attributes.js';
import { type Attribute, type Graph, type Model, type Node, OPSET } from './graph.js';
import { lowestOpset, type TypeOf } from './newer-forms.js';
import { allNamesOf, mapSubgraphs } from './subgraphs.js';

/**
 * A model in the form of operator set 17 as a valid model of the lowest operator set that has all of its nodes. If some
 * are newer than 17, the others are written as that set requires: the axes of reductions become inputs at 18. The same
 * object if 17 has them all.
 * @param model declares 17, or a newer set for which all nodes are written already
 */
export function raise(model: Model, typeOf: TypeOf): Model {
  const version = Math.max(model.opsets.get('') ?? OPSET, lowestOpset(model, typeOf));
  if (version === OPSET) return model;
  return {
    ...model,
    graph: new Raise(model.graph, version).whole(),
    opsets: new Map(model.opsets).set('', version),
    irVersion: Math.max(model.irVersion, formatOf(version)),
  };
}

/** The version of the file format that came with an operator set. */
export function formatOf(version: number): number {
  const firsts = [
    [28, 14],
    [25, 13],
    [24, 12],
    [23, 11],
    [21, 10],
    [19, 9],
  ] as const;
  return firsts.find(([first]) => version >= first)?.[1] ?? 8;
}

/** A change of the form of an operator: which set made it, and how a node in the form of 17 is written since then. */
interface Change {
  readonly from: number;
  readonly write: (node: Node, raise: Raise) => Node;
}

class Raise {
  readonly #graph: Graph;
  readonly #version: number;
  readonly #taken: Set<string>;
  readonly #constants = new Map<string, Tensor>();

  constructor(graph: Graph, version: number) {
    this.#graph = graph;
    this.#version = version;
    this.#taken = allNamesOf(graph);
  }

  whole(): Graph {
    const { nodes } = this.#inner(this.#graph);
    return {
      ...this.#graph,
      nodes,
      initializers: new Map([...this.#graph.initializers, ...this.#constants]),
    };
  }

  /** The name of a constant of the main graph. */
  constant(numbers: readonly number[], dims?: readonly number[]): string {
    const hint = `axes_${numbers.join('_')}${dims === undefined ? '' : '_scalar'}`;
    if (this.#constants.has(hint)) return hint;
    let name = hint;
    for (let i = 0; this.#taken.has(name); i++) name = `${hint}_${i}`;
    this.#taken.add(name);
    this.#constants.set(name, int64(numbers, dims));
    return name;
  }

  #inner(graph: Graph): Graph {
    return { ...graph, nodes: graph.nodes.map((node) => this.#node(node)) };
  }

  #node(node: Node): Node {
    const whole = mapSubgraphs(node, (body) => this.#inner(body));
    const change = node.domain === '' ? changes.get(node.op) : undefined;
    return change === undefined || this.#version < change.from ? whole : change.write(whole, this);
  }
}

function changed(
  node: Node,
  changes: Readonly<Record<string, AttributeLike | undefined>>,
  inputs = node.inputs,
): Node {
  const kept = new Map<string, Attribute>(node.attributes);
  for (const name of Object.keys(changes)) kept.delete(name);
  for (const [name, attribute] of attributes(changes)) kept.set(name, attribute);
  return { ...node, inputs, attributes: kept };
}

const axesAsInput: Change = {
  from: 18,
  write: (node, raise) =>
    attr.has(node, 'axes')
      ? changed(node, { axes: undefined }, [node.inputs[0] ?? '', raise.constant(attr.ints(node, 'axes'))])
      : node,
};

/** The number of equal parts is stated. */
const countedParts: Change = {
  from: 18,
  write: (node) =>
    (node.inputs[1] ?? '') !== '' || attr.has(node, 'num_outputs')
      ? node
      : changed(node, { num_outputs: node.outputs.length }),
};

const modes = new Map([
  ['bilinear', 'linear'],
  ['bicubic', 'cubic'],
]);
const gridSample: Change = {
  from: 20,
  write: (node) => {
    const mode = attr.string(node, 'mode', 'bilinear');
    return changed(node, { mode: modes.get(mode) ?? mode });
  },
};

const dft: Change = {
  from: 20,
  write: (node, raise) =>
    (node.inputs[2] ?? '') !== ''
      ? node
      : changed(node, { axis: undefined }, [
          node.inputs[0] ?? '',
          node.inputs[1] ?? '',
          raise.constant([attr.int(node, 'axis', 1)], []),
        ]),
};

/** Reductions whose axes became an input at 18; those of ReduceSum did at 13. */
const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'];

const changes: ReadonlyMap<string, Change> = new Map([
  ...reductions.map((name) => [`Reduce${name}`, axesAsInput] as const),
  ['DFT', dft],
  ['GridSample', gridSample],
  ['Split', countedParts],
]);
