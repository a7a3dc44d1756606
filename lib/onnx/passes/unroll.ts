import { isFloat } from '../../tensor/dtype.js';
import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';
import { Rewriter } from '../builder/rewriter.js';
import { anySize, isEqual } from '../facts/dim.js';
import { unknown } from '../facts/facts.js';
import { attr, attributes } from '../graph/attributes.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Model, Node, TensorType, ValueInfo } from '../graph/graph.js';
import { freshCopy, short } from '../graph/rename.js';
import { constantNode, identityNode } from '../graph/simple-nodes.js';
import { allNamesOf, mapSubgraphs, subgraphsOf, usedIn } from '../graph/subgraphs.js';
import { inferNode } from '../shapes/infer.js';
import { isLoop, type LoopForm, loopForm, type Stack } from './loop-form.js';
import { withGraph } from './pass.js';

/**
 * Unrolls Loop and Scan into one copy of the body for each iteration, if the number of iterations is known before the
 * graph runs, nothing ends them early and the budget has room for it; others stay. For models of operator set 17.
 * @param most a loop that would become more nodes than this stays too, if all its iterations compute the same: it does
 *   not use the iteration's number, and carries floating-point values whose shapes certainly stay
 */
export function unroll(model: Model, budget = Budget.for(model), most = Infinity): Model {
  if (!hasLoop(model.graph)) return model;
  const b = new Rewriter(model.graph, allNamesOf(model.graph), budget);
  return withGraph(model, unrollGraph(model.graph, b, most));
}

function hasLoop({ nodes }: Graph): boolean {
  return nodes.some((node) => isLoop(node) || subgraphsOf(node).some(hasLoop));
}

function unrollGraph(graph: Graph, b: Rewriter, most: number): Graph {
  for (const node of graph.nodes) {
    b.budget.enter(node);
    const inner = mapSubgraphs(node, (body) => unrollGraph(body, b.inner(body), most));
    const loop = iterationOf(inner, b);
    const count = loop === null ? Infinity : nodesOf(loop);
    const stays =
      loop === null || !b.budget.has('nodes', count) || (count > most && isUniform(inner, loop, b));
    if (stays) b.append(inner);
    else writeOut(inner, loop, b);
  }
  return b.finish(graph);
}

/** A loop whose number of iterations is known. */
interface Iteration extends LoopForm {
  readonly trips: number;
  /** Prepares what the iterations take from outside: maps the body's other inputs to their values in one iteration. */
  readonly begin: (b: Builder) => (trip: number) => ReadonlyMap<string, string>;
}

/** How a loop runs; `null` for other nodes, and if that is known only when the graph runs. */
function iterationOf(node: Node, b: Builder): Iteration | null {
  if (!isLoop(node)) return null;
  const form = loopForm(node);
  return node.op === 'Loop' ? loopOf(node, form, b) : scanOf(node, form, b);
}

/** Whether all iterations compute the same, with the same shapes. */
function isUniform(node: Node, { body, carried, inputsBefore }: Iteration, b: Builder): boolean {
  const [trip] = body.inputs;
  if (node.op === 'Loop' && trip !== undefined && usedIn(body).has(trip.name)) return false;
  const outer = (name: string) => (b.has(name) ? b.value(name) : undefined);
  const before = node.inputs.map((name) => outer(name) ?? unknown);
  const after = inferNode(node, before, outer, b.budget);
  return before
    .slice(inputsBefore, inputsBefore + carried)
    .every((facts, i) => isSameFloat(facts.type, after[i]?.type ?? null));
}

function isSameFloat(a: TensorType | null, b: TensorType | null): boolean {
  if (a === null || b === null || !isFloat(a.dtype) || a.shape?.length !== b.shape?.length) return false;
  return a.shape?.every((size, axis) => isEqual(size, b.shape?.[axis] ?? anySize) === true) === true;
}

/** How many nodes a loop becomes. */
function nodesOf(loop: Iteration): number {
  return loop.trips * (loop.body.nodes.length + loop.body.initializers.size) + bindingsOf(loop);
}

/** The least that the iterations cost, in nodes: an empty body still has values to bind and to stack. */
function bindingsOf({ body, trips }: Iteration): number {
  return trips * (1 + 2 * body.inputs.length + body.outputs.length);
}

function loopOf(node: Node, form: LoopForm, b: Builder): Iteration | null {
  const { body } = form;
  const [most = '', condition = ''] = node.inputs;
  const [tripIn, conditionIn] = body.inputs.map(({ name }) => name);
  const [conditionOut] = body.outputs;
  const trips = most === '' ? null : b.value(most).content?.[0];
  const begins = condition === '' || b.value(condition).content?.[0] === 1;
  if (
    typeof trips !== 'number' ||
    trips < 1 ||
    !begins ||
    !alwaysHolds(body, conditionOut?.name ?? '', conditionIn, b)
  )
    return null;
  return {
    ...form,
    trips,
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

function scanOf(node: Node, form: LoopForm, b: Builder): Iteration | null {
  const { body, carried, sequences } = form;
  const scanned = node.inputs.slice(carried).map((name) => b.value(name));
  const trips = scanned[0]?.type?.shape?.at(sequences[0]?.axis ?? 0);
  if (typeof trips !== 'number' || trips < 1) return null;
  return {
    ...form,
    trips,
    begin: (within) => {
      const elements = scanned.map((value, i) => elementsOf(value, sequences[i]?.axis ?? 0, trips, within));
      return (trip) =>
        new Map(
          elements.map((parts, i) => {
            const at = sequences[i]?.backwards === true ? trips - 1 - trip : trip;
            return [body.inputs[carried + i]?.name ?? '', parts[at]?.name ?? ''];
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
  const { body, trips, stacks } = loop;
  b.budget.spend('nodes', bindingsOf(loop));
  const prefix = short(node.name || (node.outputs.find((name) => name !== '') ?? node.op));
  const bind = loop.begin(b);
  const names = (infos: readonly ValueInfo[], start: number) =>
    infos.slice(start, start + loop.carried).map(({ name }) => name);
  const carriedIn = names(body.inputs, loop.bodyInputsBefore);
  const carriedOut = names(body.outputs, loop.bodyOutputsBefore);
  let carried = node.inputs.slice(loop.inputsBefore, loop.inputsBefore + loop.carried);
  const parts: string[][] = stacks.map(() => []);
  for (let trip = 0; trip < trips; trip++) {
    const bound = new Map([...bind(trip), ...carriedIn.map((name, i) => [name, carried[i] ?? ''] as const)]);
    const fresh = (name: string) => b.fresh(`${prefix}/${trip}/${short(name)}`);
    const copy = freshCopy(body, fresh, bound);
    // The copy's outputs by the body's names; a value that the body passes on unchanged is the one it was bound to.
    const results = new Map(body.outputs.map(({ name }, i) => [name, copy.outputs[i]?.name ?? name]));
    for (const [name, constant] of copy.initializers) b.append(constantNode(name, constant));
    for (const inner of copy.nodes) b.append({ ...inner, name: fresh(inner.name || inner.op) });
    carried = carriedOut.map((name) => results.get(name) ?? name);
    for (const [i, { part }] of stacks.entries()) parts[i]?.push(results.get(part.name) ?? part.name);
  }
  for (const [i, name] of carried.entries()) {
    const output = node.outputs[i] ?? '';
    if (output !== '') b.append(identityNode(name, output));
  }
  for (const [i, stack] of stacks.entries()) if (stack.name !== '') append(stack, parts[i] ?? [], b);
}

function append({ name, axis, backwards }: Stack, parts: readonly string[], b: Rewriter): void {
  const inputs = parts.map((part) => b.unsqueeze(b.value(part), [axis]).name);
  b.append({
    name,
    op: 'Concat',
    domain: '',
    inputs: backwards ? inputs.toReversed() : inputs,
    outputs: [name],
    attributes: attributes({ axis }),
  });
}
