import { isEqual } from '../facts/dim.js';
import { type Facts, numbersIn } from '../facts/facts.js';
import { attr, attributes } from '../graph/attributes.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Node } from '../graph/graph.js';
import { renameGraph, renameNode } from '../graph/rename.js';
import { mapSubgraphs, usedIn } from '../graph/subgraphs.js';
import { inferWithin } from '../shapes/infer.js';
import { isSameList, type Pass, withGraph } from './pass.js';

/**
 * Removes nodes that give back their input:
 * - Identity; Dropout without training, whose mask nobody uses
 * - Reshape, Flatten, Expand and Tile to the shape there is
 * - Transpose that exchanges nothing; of two in a row one, or none
 * - Reshape of a Reshape: the second alone, where it says all its sizes
 * - Cast to the type there is
 * - Pad by nothing; Slice of everything
 * - Concat, Sum, Mean, Max, Min of one; Split into one
 * - times 1, divided by 1, to the power of 1; plus 0, minus 0: where the shape stays
 *
 * A node that joins an input, a constant or a captured value to an output of the graph stays.
 */
export const eliminateIdentity: Pass = (model, budget = Budget.for(model)) => {
  const facts = inferWithin(budget, model);
  return withGraph(
    model,
    simplify(model.graph, (name) => facts.get(name)),
  );
};

type FactsOf = (name: string) => Facts | undefined;

function simplify(graph: Graph, factsOf: FactsOf): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const makers = new Map<string, Node>();
  const alias = new Map<string, string>();
  const promoted = new Map<string, string>();
  const isUsed = usedIn(graph);

  const nodes = graph.nodes.flatMap((original): Node[] => {
    const renamed = alias.size === 0 ? original : renameNode(original, (name) => alias.get(name) ?? name);
    const node = mapSubgraphs(renamed, (body) => simplify(body, factsOf));
    const shorter = shorten(node, makers, factsOf) ?? node;
    const [output = ''] = shorter.outputs;
    const source = isAlone(shorter) ? sourceOf(shorter, factsOf) : null;
    if (source === null) return keep(shorter);
    if (!outputs.has(output)) alias.set(output, source);
    else if (makers.has(source) && !outputs.has(source) && !promoted.has(source))
      promoted.set(source, output);
    else return keep(shorter);
    return [];
  });
  if (isSameList(nodes, graph.nodes)) return graph;
  const simple = { ...graph, nodes };
  return promoted.size === 0 ? simple : promote(simple, promoted);

  function keep(node: Node): Node[] {
    for (const name of node.outputs) makers.set(name, node);
    return [node];
  }
  function isAlone(node: Node): boolean {
    return node.domain === '' && node.outputs.slice(1).every((name) => !isUsed.has(name));
  }
}

/** Makes what was the input of a dropped node under the name of its result: that of an output. */
function promote(graph: Graph, promoted: ReadonlyMap<string, string>): Graph {
  const { inputs, outputs } = graph;
  return { ...renameGraph(graph, (name) => promoted.get(name) ?? name), inputs, outputs };
}

/** The input that the first result of a node equals, or `null`. */
function sourceOf(node: Node, factsOf: FactsOf): string | null {
  const [x = '', y = ''] = node.inputs;
  const facts = { factsOf, x, result: node.outputs[0] ?? '' };
  switch (node.op) {
    case 'Identity':
      return x;
    case 'Dropout':
      return (node.inputs[2] ?? '') === '' || numbersIn(factsOf(node.inputs[2]!))?.[0] === 0 ? x : null;
    case 'Reshape':
    case 'Flatten':
    case 'Expand':
    case 'Tile':
      return keepsShape(facts) ? x : null;
    case 'Transpose':
      return isInOrder(attr.ints(node, 'perm', [1])) ? x : null;
    case 'Cast':
      return keepsType(facts) ? x : null;
    case 'Pad':
      return numbersIn(factsOf(y))?.every((pad) => pad === 0) === true ? x : null;
    case 'Slice':
      return keepsShape(facts) && isForward(node, factsOf) ? x : null;
    case 'Concat':
    case 'Sum':
    case 'Mean':
    case 'Max':
    case 'Min':
      return node.inputs.length === 1 ? x : null;
    case 'Split':
      return node.outputs.length === 1 && keepsShape(facts) ? x : null;
    case 'Mul':
      return neutral(facts, y, 1) ?? neutral({ ...facts, x: y }, x, 1);
    case 'Add':
      return neutral(facts, y, 0) ?? neutral({ ...facts, x: y }, x, 0);
    case 'Sub':
      return neutral(facts, y, 0);
    case 'Div':
    case 'Pow':
      return neutral(facts, y, 1);
    default:
      return null;
  }
}

interface Question {
  readonly factsOf: FactsOf;
  readonly x: string;
  readonly result: string;
}

function keepsShape({ factsOf, x, result }: Question): boolean {
  const [from, to] = [factsOf(x)?.type?.shape, factsOf(result)?.type?.shape];
  return (
    from?.length === to?.length && from?.every((size, axis) => isEqual(size, to![axis]!) === true) === true
  );
}

function keepsType({ factsOf, x, result }: Question): boolean {
  const [from, to] = [factsOf(x)?.type?.dtype, factsOf(result)?.type?.dtype];
  return from !== undefined && from === to;
}

function isInOrder(perm: readonly number[]): boolean {
  return perm.every((axis, i) => axis === i);
}

function isForward(node: Node, factsOf: FactsOf): boolean {
  const steps = node.inputs[4] ?? '';
  return steps === '' || numbersIn(factsOf(steps))?.every((step) => step > 0) === true;
}

/** `x`, if the other operand is that number throughout and neither shape nor type changes. */
function neutral(question: Question, other: string, value: number): string | null {
  const constant = question.factsOf(other)?.constant;
  if (constant === null || constant === undefined || constant.dtype === 'string') return null;
  if (constant.dtype === 'float16' || constant.dtype === 'bfloat16') return null;
  const isThroughout = constant.data.every((element: number | bigint) => Number(element) === value);
  return isThroughout && keepsShape(question) && keepsType(question) ? question.x : null;
}

/** One node that does what this and the one before it do, if there is one. */
function shorten(node: Node, makers: ReadonlyMap<string, Node>, factsOf: FactsOf): Node | null {
  const [x = '', sizes = ''] = node.inputs;
  const before = makers.get(x);
  if (before?.op !== node.op || before.domain !== '' || node.domain !== '') return null;
  const [origin = ''] = before.inputs;
  if (node.op === 'Reshape') {
    const saysAll = numbersIn(factsOf(sizes))?.every((size) => size !== 0) === true;
    return saysAll ? { ...node, inputs: [origin, sizes] } : null;
  }
  const [first, second] = [before, node].map((each) => attr.has(each, 'perm') && attr.ints(each, 'perm'));
  if (node.op !== 'Transpose' || !first || !second) return null;
  const perm = second.map((axis) => first[axis] ?? 0);
  return { ...node, inputs: [origin], attributes: attributes({ perm }) };
}
