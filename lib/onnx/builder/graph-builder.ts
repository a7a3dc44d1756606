import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, maybe } from '../../base/kinds.js';
import type { DType } from '../../tensor/dtype.js';
import { int64, type Tensor } from '../../tensor/tensor.js';
import { type Facts, unknown } from '../facts/facts.js';
import { type AttributeLike, attributes, describe, unknownOperator } from '../graph/attributes.js';
import { Budget } from '../graph/budget.js';
import {
  type Graph,
  type Model,
  type Node,
  type OpaqueTensor,
  OPSET,
  type Shape,
  type TensorType,
  type ValueInfo,
} from '../graph/graph.js';
import { short } from '../graph/rename.js';
import { allNamesOf, subgraphsOf, usesOf } from '../graph/subgraphs.js';
import { factsOfConstant } from '../shapes/constants.js';
import { hasShapeRule, inferNode } from '../shapes/infer.js';
import { inLowestOpset } from './lowest-opset.js';

/** A value of the graph under construction: its name, and what is known about it so far. */
export interface Value extends Facts {
  readonly name: string;
  /** If its type or rank is unknown: the unknown operator that is the cause, for messages. */
  readonly unknownFrom?: string;
}

/** Attributes of a new node, by name; one that is `undefined` is left out. */
export type NamedAttributes = Readonly<Record<string, AttributeLike | undefined>>;

/** The names of an operation's node and results. */
export interface Naming {
  /** Name of the node, and of its first output unless `outputs` names it. */
  readonly name?: string;
  readonly outputs?: readonly string[];
}

/**
 * Builds a graph node by node and infers types and shapes on the way, so that code that emits nodes can query them.
 * Integer arithmetic on known sizes becomes a constant at once instead of nodes.
 */
export class GraphBuilder {
  readonly #values = new Map<string, Value>();
  readonly #nodes: Node[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initializers = new Map<string, Tensor | OpaqueTensor>();
  readonly #sizes = new Map<string, Value>();
  /** Shared with outer and inner builders. */
  readonly #naming: { next: number; readonly taken: Set<string> };

  /**
   * @param around the builder of the graph in which this one becomes a branch or a body; its values may be used
   * @param budget what each node and its shape inference spend: the budget of the model from which the graph is derived
   */
  constructor(
    readonly around?: GraphBuilder,
    readonly budget: Budget = around?.budget ?? Budget.unlimited(),
  ) {
    check('new Builder', { around: [around, maybe(kind.builder)] });
    this.#naming = around === undefined ? { next: 0, taken: new Set() } : around.#naming;
  }

  /** A builder that starts with the nodes of a graph; the graph's outputs are not copied. */
  static from(graph: Graph): GraphBuilder {
    check('Builder.from', { graph: [graph, kind.graph] });
    const builder = new GraphBuilder();
    builder.load(graph);
    return builder;
  }

  /**
   * Adds the inputs, constants and nodes of a graph under their names. If inference cannot tell a type, such as after
   * an unknown operator, the type that the graph declares is used.
   */
  load(graph: Graph): void {
    for (const [name, constant] of graph.initializers) this.#addInitializer(name, constant);
    for (const info of graph.inputs)
      if (!this.#values.has(info.name)) {
        this.#inputs.push(info);
        this.#values.set(info.name, { ...unknown, name: info.name, type: info.type });
      }
    const declared = new Map(
      [...graph.values.values(), ...graph.outputs].map(({ name, type }) => [name, type]),
    );
    for (const node of graph.nodes)
      for (const value of this.append(node)) {
        const type = completed(value.type, declared.get(value.name) ?? null);
        if (type !== value.type) this.#values.set(value.name, { ...value, type });
      }
  }

  /** Declares an input of the graph. @param shape `null` if even its rank is open */
  input(name: string, dtype: DType, shape: Shape | null): Value {
    const type = { dtype, shape };
    this.#inputs.push({ name, type });
    return this.#define(name, { ...unknown, type });
  }

  /** A constant, kept as an initializer. */
  constant(tensor: Tensor, name = this.fresh('constant')): Value {
    return this.#addInitializer(name, tensor);
  }

  /** An int64 vector: sizes, axes, pads. The same numbers give the same initializer. */
  sizes(numbers: readonly number[]): Value {
    const key = numbers.join('_');
    const made = this.#sizes.get(key);
    if (made !== undefined) return made;
    const value = this.constant(int64(numbers), this.fresh(`sizes_${numbers.length > 6 ? 'list' : key}`));
    this.#sizes.set(key, value);
    return value;
  }

  /** Adds an operation with one output and returns that. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    values: NamedAttributes = {},
    naming: Naming = {},
  ): Value {
    const [first] = this.ops(op, inputs, 1, values, naming);
    if (first === undefined) throw new OneirosError('bad-argument', `${op} must have at least one output`);
    return first;
  }

  /** Adds an operation with `count` outputs and returns them in order. */
  ops(
    op: string,
    inputs: readonly (Value | undefined)[],
    count: number,
    values: NamedAttributes = {},
    naming: Naming = {},
  ): readonly Value[] {
    const name = naming.name ?? this.fresh(op.toLowerCase());
    const names = inputs.map((input) => input?.name ?? '');
    while (names.at(-1) === '') names.pop();
    const node: Node = {
      name,
      op,
      domain: '',
      inputs: names,
      outputs: Array.from(
        { length: count },
        (_, i) => naming.outputs?.[i] ?? (i === 0 ? name : `${name}.${i}`),
      ),
      attributes: attributes(values),
    };
    const facts = this.#infer(node);
    const [only] = facts;
    if (count === 1 && naming.name === undefined && only !== undefined && isKnownVector(only))
      return [this.sizes(only.content)];
    return this.#push(node, facts);
  }

  /** Adds a node as it is, with its names. */
  append(node: Node): readonly Value[] {
    return this.#push(node, this.#infer(node));
  }

  /**
   * Replaces a node that was added before by one with more outputs, such as a loop that also stacks its states.
   * @returns the values of the new outputs
   */
  extend(node: Node, extended: Node): readonly Value[] {
    const at = this.#nodes.indexOf(node);
    if (at < 0) throw new OneirosError('bad-argument', `${describe(node)} is not a node of the graph`);
    const facts = this.#infer(extended);
    this.#nodes[at] = extended;
    this.#reserveInside(extended);
    const known = node.outputs.findLastIndex((name) => name !== '') + 1;
    return extended.outputs.slice(known).map((name, i) => this.#define(name, facts[known + i] ?? unknown));
  }

  /** Makes `value` an output of the graph, optionally under another name. */
  output(value: Value, name = value.name): void {
    const named = name === value.name ? value : this.op('Identity', [value], {}, { name });
    this.#outputs.push({ name, type: named.type });
  }

  /**
   * The value with this name.
   * @throws OneirosError `bad-argument` if the graph has none
   */
  value(name: string): Value {
    const value = this.#find(name);
    if (value === undefined) throw new OneirosError('bad-argument', `the graph has no value named "${name}"`);
    return value;
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** Reserves names for a graph that is loaded later: no fresh name will be one of them. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#naming.taken.add(name);
  }

  /** A name based on `hint` that no value and no node has yet, including those in subgraphs. */
  fresh(hint: string): string {
    const start = short(hint);
    let name: string;
    do name = `${start}_${this.#naming.next++}`;
    while (this.#naming.taken.has(name) || this.has(name));
    return name;
  }

  graph(name = 'oneiros'): Graph {
    return {
      name,
      nodes: [...this.#nodes],
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      initializers: new Map(this.#initializers),
      values: new Map(),
    };
  }

  /**
   * The graph as a model of operator set 17, or of the lowest that has all the nodes it was loaded with.
   * @param metadata free text by key
   */
  model(metadata: Readonly<Record<string, string>> = {}): Model {
    const model: Model = {
      graph: this.graph(),
      opsets: new Map([['', OPSET]]),
      irVersion: 8,
      producer: 'oneiros',
      metadata: new Map(Object.entries(metadata)),
    };
    return inLowestOpset(model, this.budget);
  }

  #find(name: string): Value | undefined {
    const own = this.#values.get(name);
    return own !== undefined || this.around === undefined ? own : this.around.#find(name);
  }

  #infer(node: Node): readonly Facts[] {
    return inferNode(
      node,
      node.inputs.map((name) => (name === '' ? unknown : this.value(name))),
      (name) => (this.has(name) ? this.value(name) : undefined),
      this.budget,
    );
  }

  #push(node: Node, facts: readonly Facts[]): readonly Value[] {
    this.budget.spend('nodes');
    this.#nodes.push(node);
    this.#naming.taken.add(node.name);
    this.#reserveInside(node);
    return node.outputs.map((name, i) => this.#define(name, facts[i] ?? unknown, node));
  }

  #reserveInside(node: Node): void {
    for (const inner of subgraphsOf(node)) this.reserve(allNamesOf(inner));
  }

  #addInitializer(name: string, constant: Tensor | OpaqueTensor): Value {
    this.#initializers.set(name, constant);
    return this.#define(name, constant.dtype === 'opaque' ? unknown : factsOfConstant(constant));
  }

  /** The unknown operator because of which nothing is known about a node's results. */
  #unknownFrom(node: Node): string | undefined {
    const inside = unknownWithin(node);
    if (inside !== undefined) return unknownOperator(inside);
    const causes = usesOf(node).map((name) => this.#find(name)?.unknownFrom);
    return causes.find((cause) => cause !== undefined);
  }

  #define(name: string, facts: Facts, node?: Node): Value {
    if (name !== '' && this.#values.has(name))
      throw new OneirosError('bad-input', `the graph makes a value named "${name}" twice`);
    const isUnknown = facts.type === null || facts.type.shape === null;
    const cause = isUnknown && node ? this.#unknownFrom(node) : undefined;
    const value: Value = { ...facts, name, ...(cause !== undefined && { unknownFrom: cause }) };
    this.#values.set(name, value);
    return value;
  }
}

/** What inference knows of a type, and what the graph declares where inference knows nothing. */
function completed(type: TensorType | null, declared: TensorType | null): TensorType | null {
  if (type === null) return declared;
  return type.shape === null && declared?.shape ? { ...type, shape: declared.shape } : type;
}

/** The node, or the first one inside it, of which shape inference knows nothing. */
function unknownWithin(node: Node): Node | undefined {
  if (!hasShapeRule(node)) return node;
  const inside = subgraphsOf(node).flatMap(({ nodes }) => nodes.map(unknownWithin));
  return inside.find((each) => each !== undefined);
}

function isKnownVector(facts: Facts): facts is Facts & { content: readonly number[] } {
  return (
    facts.type?.dtype === 'int64' &&
    facts.type.shape?.length === 1 &&
    facts.content !== null &&
    facts.content.every((item) => typeof item === 'number')
  );
}
