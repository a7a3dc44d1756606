import { isSameList } from '../../base/same-list.js';
import { isEqual } from '../facts/dim.js';
import { type Facts, numbersIn } from '../facts/facts.js';
import { attr, attributes } from '../graph/attributes.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Node } from '../graph/graph.js';
import { renameGraph, renameNode } from '../graph/rename.js';
import { mapSubgraphs, usedIn } from '../graph/subgraphs.js';
import { inferWithin } from '../shapes/infer.js';
import { type Pass, withGraph } from './pass.js';

/**
 * Removes nodes that return their input:
 * - Identity; Dropout in inference, if its mask is not used
 * - Reshape, Flatten, Expand and Tile to the input's shape
 * - Transpose that keeps the order of axes; two in a row become one or none
 * - the first of two Reshapes in a row, if the second gives all its sizes
 * - Cast to the input's type
 * - Pad by nothing; Slice of everything
 * - Concat, Sum, Mean, Max, Min of one input; Split into one part
 * - multiplication or division by 1, power of 1, addition or subtraction of 0, if the shape stays the same
 *
 * A node that connects an input, a constant or a captured value to an output of the graph stays.
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

/** Gives the input of a removed node the name of the node's result, if that is an output. */
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

interface Candidate {
  readonly factsOf: FactsOf;
  readonly x: string;
  readonly result: string;
}

function keepsShape({ factsOf, x, result }: Candidate): boolean {
  const [from, to] = [factsOf(x)?.type?.shape, factsOf(result)?.type?.shape];
  return (
    from?.length === to?.length && from?.every((size, axis) => isEqual(size, to![axis]!) === true) === true
  );
}

function keepsType({ factsOf, x, result }: Candidate): boolean {
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

/** `x`, if all elements of the other operand are that number and shape and type stay the same. */
function neutral(candidate: Candidate, other: string, value: number): string | null {
  const constant = candidate.factsOf(other)?.constant;
  if (constant === null || constant === undefined || constant.dtype === 'string') return null;
  if (constant.dtype === 'float16' || constant.dtype === 'bfloat16') return null;
  const isThroughout = constant.data.every((element: number | bigint) => Number(element) === value);
  return isThroughout && keepsShape(candidate) && keepsType(candidate) ? candidate.x : null;
}

/** One node that replaces this node and the one before it, or `null`. */
function shorten(node: Node, makers: ReadonlyMap<string, Node>, factsOf: FactsOf): Node | null {
  const [x = '', sizes = ''] = node.inputs;
  const before = makers.get(x);
  if (before?.op !== node.op || before.domain !== '' || node.domain !== '') return null;
  const [origin = ''] = before.inputs;
  if (node.op === 'Reshape') {
    const givesAll = numbersIn(factsOf(sizes))?.every((size) => size !== 0) === true;
    return givesAll ? { ...node, inputs: [origin, sizes] } : null;
  }
  const [first, second] = [before, node].map((each) => attr.has(each, 'perm') && attr.ints(each, 'perm'));
  if (node.op !== 'Transpose' || !first || !second) return null;
  const perm = second.map((axis) => first[axis] ?? 0);
  return { ...node, inputs: [origin], attributes: attributes({ perm }) };
}
