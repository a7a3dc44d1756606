import { Rewriter } from '../builder/rewriter.js';
import type { Facts } from '../facts/facts.js';
import { attr, attributes } from '../graph/attributes.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Model, Node } from '../graph/graph.js';
import { allNamesOf, mapSubgraphs, subgraphsOf, usesOf } from '../graph/subgraphs.js';
import { inferWithin } from '../shapes/infer.js';
import { type LoopForm, loopForm } from './loop-form.js';
import { withGraph } from './pass.js';

/**
 * Loops that append a part to a carried value in each iteration stack the parts instead, and append them all behind the
 * loop: nothing is copied again and again, and the loop carries no value whose shape changes. For models of operator
 * set 17.
 *
 *     result ← Concat(result, part)    result = Concat(initial, Reshape(parts))
 */
export function stackAppended(model: Model, budget = Budget.for(model)): Model {
  if (!hasLoop(model.graph)) return model;
  const facts = inferWithin(budget, model);
  const b = new Rewriter(model.graph, allNamesOf(model.graph), budget);
  const { graph, count } = rewritten(model.graph, b, facts);
  return count === 0 ? model : withGraph(model, graph);
}

function hasLoop({ nodes }: Graph): boolean {
  return nodes.some((node) => isLoop(node) || subgraphsOf(node).some(hasLoop));
}

function isLoop({ domain, op }: Node): boolean {
  return domain === '' && op === 'Loop';
}

type AllFacts = ReadonlyMap<string, Facts>;

function rewritten(
  graph: Graph,
  b: Rewriter,
  facts: AllFacts,
): { readonly graph: Graph; readonly count: number } {
  let count = 0;
  for (const node of graph.nodes) {
    b.budget.enter(node);
    let next = mapSubgraphs(node, (body) => {
      const inner = rewritten(body, b.inner(body), facts);
      count += inner.count;
      return inner.count === 0 ? body : inner.graph;
    });
    const behind: (() => void)[] = [];
    for (let found = appendedOf(next, facts); found !== null; found = appendedOf(next, facts)) {
      count++;
      const { loop, append } = stacked(next, found, b);
      next = loop;
      behind.push(append);
    }
    b.append(next);
    for (const append of behind) append();
  }
  return { graph: b.finish(graph), count };
}

/** A carried value to which a loop appends. */
interface Appended {
  readonly form: LoopForm;
  readonly index: number;
  /** The Concat of both. */
  readonly maker: Node;
  /** What each iteration appends. */
  readonly part: string;
  /** The size of a part along the first axis. */
  readonly length: number;
}

/** The first such value that the body uses for nothing else, and whose parts have the same size in all iterations. */
function appendedOf(node: Node, facts: AllFacts): Appended | null {
  if (!isLoop(node)) return null;
  const form = loopForm(node);
  const { body } = form;
  for (let index = 0; index < form.carried; index++) {
    const input = body.inputs[form.bodyInputsBefore + index]?.name ?? '';
    const output = body.outputs[form.bodyOutputsBefore + index]?.name ?? '';
    const maker = body.nodes.find(({ outputs }) => outputs.includes(output));
    if (maker === undefined || maker.domain !== '' || maker.op !== 'Concat') continue;
    const [first, part = ''] = maker.inputs;
    const shape = facts.get(part)?.type?.shape ?? [];
    const axis = attr.int(maker, 'axis');
    const isFirst = axis === 0 || axis === -shape.length;
    if (first !== input || maker.inputs.length !== 2 || !isFirst || typeof shape[0] !== 'number') continue;
    if (usesIn(body, input) === 1 && usesIn(body, output) === 1)
      return { form, index, maker, part, length: shape[0] };
  }
  return null;
}

/** How often a graph's nodes and outputs use a value. */
function usesIn({ nodes, outputs }: Graph, name: string): number {
  const uses = [...nodes.flatMap(usesOf), ...outputs.map((output) => output.name)];
  return uses.filter((used) => used === name).length;
}

/** The loop that stacks the parts, and what appends them behind it. */
function stacked(
  node: Node,
  { form, index, maker, part, length }: Appended,
  b: Rewriter,
): { readonly loop: Node; readonly append: () => void } {
  const { body, carried, inputsBefore, bodyInputsBefore, bodyOutputsBefore, stacks } = form;
  const [copy, parts] = [b.fresh(part), b.fresh('parts')];
  const names = [
    ...Array.from({ length: carried }, (_, i) => node.outputs[i] ?? b.fresh('unused')),
    ...stacks.map(({ name }) => name || b.fresh('unused')),
  ];
  const initial = node.inputs[inputsBefore + index] ?? '';
  const result = names[index] ?? '';
  // A loop that does not run has the rank, and the sizes if they are constants, that the body states for its parts.
  const first = b.value(initial);
  const sizes = (first.type?.shape ?? []).slice(1).map((_, axis) => b.dim(first, axis + 1));
  const partSizes = b.join([length, ...sizes]);
  const loop: Node = {
    ...node,
    inputs: node.inputs.toSpliced(inputsBefore + index, 1),
    outputs: [...names.toSpliced(index, 1), parts],
    attributes: new Map(node.attributes).set('body', {
      type: 'graph',
      value: {
        ...body,
        nodes: [...body.nodes.filter((each) => each !== maker), reshapeNode(part, partSizes.name, copy)],
        inputs: body.inputs.toSpliced(bodyInputsBefore + index, 1),
        outputs: [...body.outputs.toSpliced(bodyOutputsBefore + index, 1), { name: copy, type: null }],
      },
    }),
  };
  const append = () => {
    const all = b.reshape(length === 1 ? b.squeeze(b.value(parts), [1]) : b.value(parts), [-1, ...sizes]);
    b.append({
      name: b.fresh(result),
      op: 'Concat',
      domain: '',
      inputs: [initial, all.name],
      outputs: [result],
      attributes: attributes({ axis: 0 }),
    });
  };
  return { loop, append: result === '' ? () => undefined : append };
}

function reshapeNode(from: string, sizes: string, to: string): Node {
  return { name: to, op: 'Reshape', domain: '', inputs: [from, sizes], outputs: [to], attributes: new Map() };
}
