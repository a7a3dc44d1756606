import { int64, type Tensor, tensor } from '../../tensor/tensor.js';
import type { Value } from '../builder/graph-builder.js';
import { Rewriter } from '../builder/rewriter.js';
import { numbersIn } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Model, Node } from '../graph/graph.js';
import { constantNode, identityNode } from '../graph/simple-nodes.js';
import { allNamesOf, mapSubgraphs, subgraphsOf } from '../graph/subgraphs.js';
import { withGraph } from './pass.js';

/**
 * Replaces what is taken from sequences and optional values by the values themselves, where the items and positions are
 * known before the graph runs. Nodes that make sequences stay; usually nothing uses them any more. For models of
 * operator set 17.
 */
export function plainSequences(model: Model, budget = Budget.for(model)): Model {
  if (!hasTaker(model.graph)) return model;
  const b = new Rewriter(model.graph, allNamesOf(model.graph), budget);
  const { graph, count } = rewritten(model.graph, b, new Map());
  return count === 0 ? model : withGraph(model, graph);
}

/** The items of sequences by name. An optional value is a list of one item, or of none. */
type Lists = Map<string, readonly Value[]>;

const takers = new Set([
  'ConcatFromSequence',
  'OptionalGetElement',
  'OptionalHasElement',
  'SequenceAt',
  'SequenceLength',
]);

function hasTaker({ nodes }: Graph): boolean {
  return nodes.some(
    (node) => (node.domain === '' && takers.has(node.op)) || subgraphsOf(node).some(hasTaker),
  );
}

function rewritten(
  graph: Graph,
  b: Rewriter,
  lists: Lists,
): { readonly graph: Graph; readonly count: number } {
  let count = 0;
  const inside = (body: Graph) => {
    const inner = rewritten(body, b.inner(body), new Map(lists));
    count += inner.count;
    return inner.count === 0 ? body : inner.graph;
  };
  for (const node of graph.nodes) {
    b.budget.enter(node);
    if (node.domain === '' && take(node, b, lists)) count++;
    else {
      b.append(mapSubgraphs(node, inside));
      const items = node.domain === '' ? itemsOf(node, b, lists) : undefined;
      const [output = ''] = node.outputs;
      if (items !== undefined) lists.set(output, items);
    }
  }
  return { graph: b.finish(graph), count };
}

/** Writes the result of a node that takes something from known items; `false` if it takes nothing, or that is unknown. */
function take(node: Node, b: Rewriter, lists: Lists): boolean {
  const [from = '', at = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const items = lists.get(from);
  if (items === undefined || output === '') return false;
  const result = taken(node, b, items, at);
  if (result === undefined) return false;
  if ('dtype' in result) b.append(constantNode(output, result));
  else b.append(identityNode(result.name, output));
  return true;
}

function taken(node: Node, b: Rewriter, items: readonly Value[], at: string): Value | Tensor | undefined {
  switch (node.op) {
    case 'SequenceAt': {
      const place = numberIn(b, at);
      return place === undefined ? undefined : items.at(place);
    }
    case 'OptionalGetElement':
      return items[0];
    case 'SequenceLength':
      return int64([items.length], []);
    case 'OptionalHasElement':
      return tensor('bool', Uint8Array.of(items.length), []);
    case 'ConcatFromSequence':
      return items.length === 0 ? undefined : concatenated(node, b, items);
    default:
      return undefined;
  }
}

/** The items one after another along an axis of theirs, or a new one. */
function concatenated(node: Node, b: Rewriter, items: readonly Value[]): Value {
  const axis = attr.int(node, 'axis');
  const isNew = attr.int(node, 'new_axis', 0) === 1;
  return b.concat(isNew ? items.map((item) => b.unsqueeze(item, [axis])) : items, axis);
}

/** The items of the sequence or optional value that a node makes; `undefined` if they are unknown. */
function itemsOf(node: Node, b: Rewriter, lists: Lists): readonly Value[] | undefined {
  const [first = '', second = '', third = ''] = node.inputs;
  const list = lists.get(first);
  switch (node.op) {
    case 'SequenceEmpty':
      return [];
    case 'SequenceConstruct':
      return node.inputs.map((name) => b.value(name));
    case 'Optional':
      // An optional sequence is unknown.
      return first === ''
        ? []
        : lists.has(first) || b.value(first).type === null
          ? undefined
          : [b.value(first)];
    case 'Identity':
      return list;
    case 'SequenceInsert': {
      const place = third === '' ? list?.length : numberIn(b, third);
      return place === undefined ? undefined : list?.toSpliced(place, 0, b.value(second));
    }
    case 'SequenceErase': {
      const place = second === '' ? -1 : numberIn(b, second);
      return place === undefined ? undefined : list?.toSpliced(place, 1);
    }
    case 'SplitToSequence':
      return splits(node, b);
    default:
      return undefined;
  }
}

/** The parts of a tensor whose sizes are known: equal ones (the last may be smaller), or as the node lists them. */
function splits(node: Node, b: Rewriter): readonly Value[] | undefined {
  const [name = '', given = ''] = node.inputs;
  const x = b.value(name);
  const axis = attr.int(node, 'axis', 0);
  const size = x.type?.shape?.at(axis);
  const sizes =
    given === ''
      ? 1
      : b.value(given).type?.shape?.length === 0
        ? numberIn(b, given)
        : numbersIn(b.value(given));
  if (typeof size !== 'number' || sizes === undefined || sizes === null) return undefined;
  if (typeof sizes === 'number' && sizes < 1) return undefined;
  b.budget.require('nodes', typeof sizes === 'number' ? size / sizes : sizes.length, node);
  const parts = typeof sizes === 'number' ? equalParts(size, sizes) : sizes;
  const values = parts.length === 1 ? [x] : b.split(x, parts, axis, parts.length);
  const drops = given === '' && attr.int(node, 'keepdims', 1) === 0;
  return drops ? values.map((value) => b.squeeze(value, [axis])) : values;
}

function equalParts(size: number, part: number): readonly number[] {
  return Array.from({ length: Math.ceil(size / part) }, (_, i) => Math.min(part, size - i * part));
}

/** The number in a scalar; `undefined` if it is known only when the graph runs. */
function numberIn(b: Rewriter, name: string): number | undefined {
  const found = b.value(name).content?.[0];
  return typeof found === 'number' ? found : undefined;
}
