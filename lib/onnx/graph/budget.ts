import { OneirosError } from '../../base/errors.js';
import { describe } from './attributes.js';
import type { Graph, Model, Node } from './graph.js';
import { subgraphsOf } from './subgraphs.js';

/**
 * What the work on a model may take: so much for any model, and so much more for each of its nodes, or for each element of
 * its constants. Far more than real networks need, whose gradients take 5 to 30 nodes and up to 200 inferences for each of
 * their own nodes, and up to 4 folded elements for each of their constants'.
 */
const allowances = {
  /** Nodes made: by inlining, unrolling, rewriting and gradient rules, optimized away later or not. */
  nodes: { any: 50_000, each: 200, noun: 'nodes' },
  /** Nodes whose shapes are inferred, again in each pass, in each round of a loop's body. */
  inferences: { any: 150_000, each: 500, noun: 'inferences of shapes' },
  /** Elements computed when constants are folded. */
  elements: { any: 2 ** 22, each: 8, noun: 'elements of folded constants' },
} as const;

export type Resource = keyof typeof allowances;
type Amounts = Readonly<Record<Resource, number>>;

/** Graphs in nodes, and functions that call functions, may nest so deep. Wire format allows 33 graphs in one another. */
export const maxNesting = 100;
/** A tensor may have so many axes: more than any runtime computes with. */
export const maxRank = 64;

/**
 * Every value of a chain has a shape of its own, so a few bytes that say many axes would take much memory many times.
 * @param what has the axes
 * @throws OneirosError `too-large`
 */
export function requireRank(what: string, rank: number): void {
  if (rank > maxRank)
    throw new OneirosError('too-large', `${what} has ${rank} axes; the most here is ${maxRank}`);
}

/**
 * How much work one model may still cause. Every pass over a model and the derivation of its gradient draw from the budget
 * that began with it, so that a small file cannot ask for endless nodes, loops or constants. What counts is amounts, never
 * time: the same model always ends the same way.
 */
export class Budget {
  readonly #limits: Amounts;
  readonly #left: Record<Resource, number>;
  #spender: Node | undefined;

  private constructor(limits: Amounts) {
    this.#limits = limits;
    this.#left = { ...limits };
  }

  /** The budget for a model: in proportion to what is in its file, whatever that declares. */
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

  /** For graphs that code builds by itself. */
  static unlimited(): Budget {
    return new Budget({ nodes: Infinity, inferences: Infinity, elements: Infinity });
  }

  /** Says which node the work from here on is done for, where that is not said with it. */
  enter(node: Node): void {
    this.#spender = node;
  }

  /** @throws OneirosError `too-large` naming the node and the limit */
  spend(resource: Resource, amount = 1, node?: Node): void {
    this.require(resource, amount, node);
    this.#left[resource] -= amount;
  }

  /** Makes sure that so much is left, before anything of that size is laid out. @throws OneirosError as `spend` */
  require(resource: Resource, amount: number, node = this.#spender): void {
    if (!this.has(resource, amount)) throw this.excess(resource, node);
  }

  /** The error for a node that asks for more than is left. */
  excess(resource: Resource, node = this.#spender): OneirosError {
    const { noun } = allowances[resource];
    const limit = this.#limits[resource].toLocaleString('en');
    const who = node === undefined ? 'the model' : describe(node);
    return new OneirosError(
      'too-large',
      `${who} takes the work on this model over its limit of ${limit} ${noun}`,
    );
  }

  /** Whether so much is left: asked before work that can be left undone. */
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
