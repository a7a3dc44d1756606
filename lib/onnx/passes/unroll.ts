import { OneirosError } from '../../base/errors.js';
import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';
import { Rewriter } from '../builder/rewriter.js';
import { attr, describe } from '../graph/attributes.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Model, Node } from '../graph/graph.js';
import { freshCopy, short } from '../graph/rename.js';
import { constantNode } from '../graph/simple-nodes.js';
import { allNamesOf, mapSubgraphs, subgraphsOf } from '../graph/subgraphs.js';
import { withGraph } from './pass.js';

/**
 * Unrolls Loop and Scan into one copy of the body for each iteration, if the number of iterations is known before the
 * graph runs, nothing ends them early and the budget has room for it; others stay. Differentiation needs graphs without
 * loops: a reverse pass uses every iteration's values. For models of operator set 17.
 */
export function unroll(model: Model, budget = Budget.for(model)): Model {
  if (!hasLoop(model.graph)) return model;
  const b = new Rewriter(model.graph, allNamesOf(model.graph), budget);
  return withGraph(model, unrollGraph(model.graph, b));
}

function hasLoop({ nodes }: Graph): boolean {
  return nodes.some((node) => isLoop(node) || subgraphsOf(node).some(hasLoop));
}

function isLoop({ domain, op }: Node): boolean {
  return domain === '' && (op === 'Loop' || op === 'Scan');
}

function unrollGraph(graph: Graph, b: Rewriter): Graph {
  for (const node of graph.nodes) {
    b.budget.enter(node);
    const inner = mapSubgraphs(node, (body) => unrollGraph(body, b.inner(body)));
    const loop = iterationOf(inner, b);
    if (loop === null || !b.budget.has('nodes', nodesOf(loop))) b.append(inner);
    else writeOut(inner, loop, b);
  }
  return b.finish(graph);
}

/** How a Loop or Scan runs; `null` for other nodes, and if that is known only when the graph runs. */
export function iterationOf(node: Node, b: Builder): Iteration | null {
  if (!isLoop(node)) return null;
  return node.op === 'Loop' ? loopOf(node, b) : scanOf(node, b);
}

/** How many nodes a loop becomes. */
function nodesOf(loop: Iteration): number {
  return loop.trips * (loop.body.nodes.length + loop.body.initializers.size) + bindingsOf(loop);
}

/** The least that the iterations cost, in nodes: an empty body still has values to bind and to stack. */
function bindingsOf({ body, trips }: Iteration): number {
  return trips * (1 + 2 * body.inputs.length + body.outputs.length);
}

/** What Loop and Scan have in common: values carried from iteration to iteration, and results that are stacked. */
export interface Iteration {
  readonly body: Graph;
  readonly trips: number;
  /** Names of the values carried into the first iteration, and of the body's inputs and outputs for them. */
  readonly initial: readonly string[];
  readonly carriedIn: readonly string[];
  readonly carriedOut: readonly string[];
  readonly stacked: readonly { readonly name: string; readonly axis: number; readonly backwards: boolean }[];
  /** Prepares what the iterations take from outside: maps the body's other inputs to their values in one iteration. */
  readonly begin: (b: Builder) => (trip: number) => ReadonlyMap<string, string>;
}

/** Loop(most trips, condition, carried…): body(trip, condition, carried…) → (condition, carried…, stacked…) */
function loopOf(node: Node, b: Builder): Iteration | null {
  const body = attr.graph(node, 'body');
  const [most = '', condition = '', ...initial] = node.inputs;
  const [tripIn, conditionIn, ...carriedIn] = body.inputs.map(({ name }) => name);
  const [conditionOut = '', ...results] = body.outputs.map(({ name }) => name);
  const trips = most === '' ? null : b.value(most).content?.[0];
  const begins = condition === '' || b.value(condition).content?.[0] === 1;
  if (typeof trips !== 'number' || trips < 1 || !begins || !alwaysHolds(body, conditionOut, conditionIn, b))
    return null;
  return {
    body,
    trips,
    initial,
    carriedIn,
    carriedOut: results.slice(0, carriedIn.length),
    stacked: results.slice(carriedIn.length).map((name) => ({ name, axis: 0, backwards: false })),
    begin: (within) => (trip) =>
      new Map([
        [tripIn ?? '', within.scalar(trip, 'int64').name],
        [conditionIn ?? '', within.scalar(1, 'bool').name],
      ]),
  };
}

/** Whether a body's condition is always true: the condition it received, or a constant. */
function alwaysHolds(body: Graph, name: string, conditionIn: string | undefined, b: Builder): boolean {
  if (name === conditionIn) return true;
  const maker = body.nodes.find(({ outputs }) => outputs.includes(name));
  if (maker?.op === 'Identity') return alwaysHolds(body, maker.inputs[0] ?? '', conditionIn, b);
  if (maker?.op === 'Constant') return attr.tensor(maker, 'value').data[0] === 1;
  const constant = body.initializers.get(name);
  if (constant !== undefined) return constant.dtype === 'bool' && constant.data[0] === 1;
  return maker === undefined && b.has(name) && b.value(name).content?.[0] === 1;
}

/** Scan(carried…, sequences…): body(carried…, elements…) → (carried…, stacked…) */
function scanOf(node: Node, b: Builder): Iteration | null {
  const body = attr.graph(node, 'body');
  const sequences = attr.int(node, 'num_scan_inputs');
  const carried = node.inputs.length - sequences;
  const inputs = body.inputs.map(({ name }) => name);
  const outputs = body.outputs.map(({ name }) => name);
  const count = outputs.length - carried;
  if (sequences < 1 || carried < 0 || count < 0)
    throw new OneirosError(
      'bad-input',
      `${describe(node)}: num_scan_inputs is ${sequences} for ${node.inputs.length} inputs and a body of ${inputs.length} inputs and ${outputs.length} outputs`,
    );
  const numbers = (name: string, length: number) => attr.ints(node, name, Array<number>(length).fill(0));
  const [axes, directions] = [
    numbers('scan_input_axes', sequences),
    numbers('scan_input_directions', sequences),
  ];
  const scanned = node.inputs.slice(carried).map((name) => b.value(name));
  const trips = scanned[0]?.type?.shape?.at(axes[0] ?? 0);
  if (typeof trips !== 'number' || trips < 1) return null;
  const [toAxes, toDirections] = [
    numbers('scan_output_axes', count),
    numbers('scan_output_directions', count),
  ];
  return {
    body,
    trips,
    initial: node.inputs.slice(0, carried),
    carriedIn: inputs.slice(0, carried),
    carriedOut: outputs.slice(0, carried),
    stacked: outputs
      .slice(carried)
      .map((name, i) => ({ name, axis: toAxes[i] ?? 0, backwards: toDirections[i] === 1 })),
    begin: (within) => {
      const elements = scanned.map((value, i) => elementsOf(value, axes[i] ?? 0, trips, within));
      return (trip) =>
        new Map(
          elements.map((parts, i) => {
            const at = directions[i] === 1 ? trips - 1 - trip : trip;
            return [inputs[carried + i] ?? '', parts[at]?.name ?? ''];
          }),
        );
    },
  };
}

/** A sequence's elements along an axis, each without that axis. */
function elementsOf(value: Value, axis: number, count: number, b: Builder): readonly Value[] {
  const parts = b.split(value, Array<number>(count).fill(1), axis, count);
  return parts.map((part) => b.squeeze(part, [axis]));
}

function writeOut(node: Node, loop: Iteration, b: Rewriter): void {
  const { body, trips, initial, carriedIn, carriedOut, stacked, begin } = loop;
  b.budget.spend('nodes', bindingsOf(loop));
  const prefix = short(node.name || (node.outputs.find((name) => name !== '') ?? node.op));
  const bind = begin(b);
  let carried = initial;
  const stacks: string[][] = stacked.map(() => []);
  for (let trip = 0; trip < trips; trip++) {
    const bound = new Map([...bind(trip), ...carriedIn.map((name, i) => [name, carried[i] ?? ''] as const)]);
    const fresh = (name: string) => b.fresh(`${prefix}/${trip}/${short(name)}`);
    const copy = freshCopy(body, fresh, bound);
    // The copy's outputs by the body's names; a value that the body passes on unchanged is the one it was bound to.
    const results = new Map(body.outputs.map(({ name }, i) => [name, copy.outputs[i]?.name ?? name]));
    for (const [name, constant] of copy.initializers) b.append(constantNode(name, constant));
    for (const inner of copy.nodes) b.append({ ...inner, name: fresh(inner.name || inner.op) });
    carried = carriedOut.map((name) => results.get(name) ?? name);
    for (const [i, { name }] of stacked.entries()) stacks[i]?.push(results.get(name) ?? name);
  }
  const emit = (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: Node['attributes'] = new Map(),
  ) => {
    if (output !== '') b.append({ name: output, op, domain: '', inputs, outputs: [output], attributes });
  };
  for (const [i, name] of carried.entries()) emit('Identity', [name], node.outputs[i] ?? '');
  for (const [i, { axis, backwards }] of stacked.entries()) {
    const parts = (stacks[i] ?? []).map((name) => b.unsqueeze(b.value(name), [axis]).name);
    const ordered = backwards ? parts.toReversed() : parts;
    emit(
      'Concat',
      ordered,
      node.outputs[carried.length + i] ?? '',
      new Map([['axis', { type: 'int', value: BigInt(axis) }]]),
    );
  }
}
