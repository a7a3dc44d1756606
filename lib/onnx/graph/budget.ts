import { OneirosError } from '../../base/errors.js';
import { describe } from './attributes.js';
import type { Graph, Model, Node } from './graph.js';
import { subgraphsOf } from './subgraphs.js';

/**
 * Limits on the work for a model: an amount for any model, plus an amount for each of its nodes, or for each element of
 * its constants. Real networks need far less: their gradients take 5 to 30 nodes and up to 200 inferences for each node
 * of the network, and up to 4 folded elements for each element of its constants.
 */
const allowances = {
  /** Nodes created by inlining, unrolling, rewriting and gradient rules, including those that are removed later. */
  nodes: { any: 50_000, each: 200, noun: 'nodes' },
  /** Nodes whose shapes are inferred, counted again in each pass and in each round of a loop body. */
  inferences: { any: 150_000, each: 500, noun: 'shape inferences' },
  /** Elements computed when constants are folded. */
  elements: { any: 2 ** 22, each: 8, noun: 'elements of folded constants' },
} as const;

export type Resource = keyof typeof allowances;
type Amounts = Readonly<Record<Resource, number>>;

/** The maximum nesting of graphs in nodes, and of function calls. The wire check allows 33 nested graphs. */
export const maxNesting = 100;
/** The maximum number of axes of a tensor: more than any runtime supports. */
export const maxRank = 64;

/**
 * Every value of a chain has its own shape, so a few bytes that declare many axes would take much memory many times.
 * @param what the thing with the axes, for the message
 * @throws OneirosError `too-large`
 */
export function requireRank(what: string, rank: number): void {
  if (rank > maxRank)
    throw new OneirosError('too-large', `${what} has ${rank} axes; the maximum is ${maxRank}`);
}

/**
 * How much work one model may still cause. Every pass over a model and the derivation of its gradient spend from one
 * budget, so that a small file cannot cause endless nodes, loops or constants. The budget counts amounts, never time:
 * the same model always gives the same result.
 */
export class Budget {
  readonly #limits: Amounts;
  readonly #left: Record<Resource, number>;
  #spender: Node | undefined;

  private constructor(limits: Amounts) {
    this.#limits = limits;
    this.#left = { ...limits };
  }

  /** The budget for a model: in proportion to what its file contains, not to what it declares. */
  static for(model: Model): Budget {
    const functions = model.origin?.functions ?? [];
    const nodes = functions.reduce((sum, { node }) => sum + node.length, countNodes(model.graph));
    const elements = countElements(model.graph);
    const limit = (resource: Resource, count: number) =>
      allowances[resource].any + allowances[resource].each * count;
    return new Budget({
      nodes: limit('nodes', nodes),
      inferences: limit('inferences', nodes),
      elements: limit('elements', elements),
    });
  }

  /** For graphs that are built by code, not read from a file. */
  static unlimited(): Budget {
    return new Budget({ nodes: Infinity, inferences: Infinity, elements: Infinity });
  }

  /** Sets the node that errors name from here on, unless the call names one. */
  enter(node: Node): void {
    this.#spender = node;
  }

  /** @throws OneirosError `too-large` naming the node and the limit */
  spend(resource: Resource, amount = 1, node?: Node): void {
    this.require(resource, amount, node);
    this.#left[resource] -= amount;
  }

  /** Checks that this much is left before something of that size is allocated. @throws OneirosError as `spend` */
  require(resource: Resource, amount: number, node = this.#spender): void {
    if (!this.has(resource, amount)) throw this.excess(resource, node);
  }

  /** The error for a node that needs more than is left. */
  excess(resource: Resource, node = this.#spender): OneirosError {
    const { noun } = allowances[resource];
    const limit = this.#limits[resource].toLocaleString('en');
    const who = node === undefined ? 'the model' : describe(node);
    return new OneirosError('too-large', `${who} exceeds the work limit of ${limit} ${noun} for this model`);
  }

  /** Whether this much is left; checked before optional work. */
  has(resource: Resource, amount: number): boolean {
    return amount <= this.#left[resource];
  }
}

function countNodes({ nodes }: Graph): number {
  return nodes.reduce(
    (sum, node) => subgraphsOf(node).reduce((inner, body) => inner + countNodes(body), sum + 1),
    0,
  );
}

function countElements({ initializers, nodes }: Graph): number {
  let count = 0;
  for (const constant of initializers.values())
    if (constant.dtype !== 'opaque') count += constant.data.length;
  for (const { attributes } of nodes)
    for (const attribute of attributes.values())
      if (attribute.type === 'tensor' && attribute.value.dtype !== 'opaque')
        count += attribute.value.data.length;
      else if (attribute.type === 'graph') count += countElements(attribute.value);
  return count;
}
