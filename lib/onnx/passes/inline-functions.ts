import { OneirosError } from '../../base/errors.js';
import { decodeAttribute } from '../codec/attribute.js';
import { decodeFunction, domainOf, opsetsOf } from '../codec/read.js';
import { describe } from '../graph/attributes.js';
import { Budget, maxNesting } from '../graph/budget.js';
import type { Attribute, Attributes, Graph, Model, Node } from '../graph/graph.js';
import { renameNode, short } from '../graph/rename.js';
import { identityNode } from '../graph/simple-nodes.js';
import { allNamesOf, mapSubgraphs } from '../graph/subgraphs.js';
import { remainder } from '../proto/message.js';
import { type FunctionProto, ModelProtoSchema } from '../proto/onnx_pb.js';

/**
 * Replaces calls of functions that the model defines by their bodies:
 * - inputs and outputs become the call's values; an output that is an input goes through an Identity
 * - intermediate values are named `call/value`
 * - attributes take the call's values or the function's defaults, and are left out without either
 * - functions that functions call are inlined too
 * @throws OneirosError `bad-input` if a function calls itself, `too-large` if they grow beyond the budget or nest too
 *   deep
 */
export function inlineFunctions(model: Model, budget = Budget.for(model)): Model {
  return inlineWithVersions(model, budget).model;
}

/** A model without calls of functions, and where their bodies mean another operator set than the model. */
export interface Inlined {
  readonly model: Model;
  /** The version of ONNX's operator set for each node from a function: functions have imports of their own. */
  readonly versions: ReadonlyMap<Node, number>;
}

/** The same, with the versions that the functions import. */
export function inlineWithVersions(model: Model, budget: Budget): Inlined {
  const functions = model.origin?.functions ?? [];
  if (functions.length === 0) return { model, versions: new Map() };
  const { origin, ...rest } = model;
  const kept = origin && remainder(ModelProtoSchema, origin, ['functions']);
  const imports = functions.flatMap(({ opsetImport }) => [...opsetsOf(opsetImport)]);
  const inliner = new Inliner(functions, allNamesOf(model.graph), budget);
  const graph = inliner.graph(model.graph, []);
  return {
    model: {
      ...rest,
      graph,
      opsets: new Map([...imports, ...model.opsets]),
      ...(kept && { origin: kept }),
    },
    versions: inliner.versions,
  };
}

interface Callable {
  readonly body: Graph;
  readonly version: number | undefined;
  readonly defaults: Attributes;
}

class Inliner {
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #decoded = new Map<string, Callable>();
  readonly #taken: Set<string>;
  readonly #attempts = new Map<string, number>();
  readonly #budget: Budget;
  readonly versions = new Map<Node, number>();

  constructor(functions: readonly FunctionProto[], taken: Set<string>, budget: Budget) {
    this.#budget = budget;
    this.#functions = new Map(
      functions.map((proto) => [keyOf(domainOf(proto.domain), proto.name, proto.overload), proto]),
    );
    this.#taken = taken;
  }

  /**
   * @param around the functions called and the graphs entered on the way here, outermost first
   * @param version of ONNX's operator set, if the graph is the body of a function
   */
  graph(graph: Graph, around: readonly string[], version?: number): Graph {
    return { ...graph, nodes: graph.nodes.flatMap((node) => this.#node(node, around, version)) };
  }

  #node(node: Node, around: readonly string[], version: number | undefined): readonly Node[] {
    const key = keyOf(node.domain, node.op, node.origin?.overload ?? '');
    const called = this.#callable(key);
    this.#budget.spend('nodes', 1, node);
    if (around.length > maxNesting)
      throw new OneirosError(
        'too-large',
        `${describe(node)} is nested over ${maxNesting} functions and graphs deep`,
      );
    if (called === undefined) {
      const whole = mapSubgraphs(node, (body) => this.graph(body, [...around, ''], version));
      if (version !== undefined) this.versions.set(whole, version);
      return [whole];
    }
    if (around.includes(key))
      throw new OneirosError('bad-input', `the function of ${describe(node)} calls itself`);
    const bound = called.body.nodes.map((inner) => bindAttributes(inner, node.attributes, called.defaults));
    return this.#substitute(node, { ...called.body, nodes: bound }).flatMap((inner) =>
      this.#node(inner, [...around, key], called.version),
    );
  }

  #callable(key: string): Callable | undefined {
    const proto = this.#functions.get(key);
    if (proto === undefined) return undefined;
    const made = this.#decoded.get(key) ?? callableOf(proto);
    this.#decoded.set(key, made);
    return made;
  }

  /** The nodes of a body, applied to the values of its call. */
  #substitute(call: Node, body: Graph): readonly Node[] {
    const names = new Map(body.inputs.map(({ name }, i) => [name, call.inputs[i] ?? '']));
    const passed: Node[] = [];
    body.outputs.forEach(({ name }, i) => {
      const result = call.outputs[i] ?? '';
      const known = names.get(name);
      if (result === '') return;
      if (known === undefined) names.set(name, result);
      else passed.push(identityNode(known, result));
    });
    const prefix = short(call.name || call.outputs.find((name) => name !== '') || call.op);
    const rename = (name: string): string => {
      const known = names.get(name);
      if (known !== undefined) return known;
      const fresh = this.#fresh(`${prefix}/${short(name)}`);
      names.set(name, fresh);
      return fresh;
    };
    // Names of nodes are made unique too: the values of nested calls are named after them.
    const nodes = body.nodes.map((node) => ({
      ...renameNode(node, rename),
      name: this.#fresh(`${prefix}/${short(node.name || node.op)}`),
    }));
    return [...nodes, ...passed];
  }

  #fresh(wanted: string): string {
    let name = wanted;
    let attempt = this.#attempts.get(wanted) ?? 0;
    for (; this.#taken.has(name); name = `${wanted}_${attempt}`) attempt++;
    this.#attempts.set(wanted, attempt);
    this.#taken.add(name);
    return name;
  }
}

function callableOf(proto: FunctionProto): Callable {
  const graph = (): never => {
    throw new OneirosError('unsupported', `the function "${proto.name}" has a graph as a default`);
  };
  const defaults = proto.attributeProto.map((attribute): [string, Attribute] => [
    attribute.name,
    decodeAttribute(attribute, { external: undefined, graph }),
  ]);
  return {
    body: decodeFunction(proto),
    version: opsetsOf(proto.opsetImport).get(''),
    defaults: new Map(defaults),
  };
}

function bindAttributes(node: Node, given: Attributes, defaults: Attributes): Node {
  const inner = mapSubgraphs(node, (body) => ({
    ...body,
    nodes: body.nodes.map((each) => bindAttributes(each, given, defaults)),
  }));
  const bound = Array.from(inner.attributes).flatMap(([name, attribute]): [string, Attribute][] => {
    const reference = attribute.type === 'opaque' ? attribute.value.refAttrName : '';
    if (reference === '') return [[name, attribute]];
    const value = given.get(reference) ?? defaults.get(reference);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...inner, attributes: new Map(bound) };
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}
