import { check } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import { describe } from '../attributes.js';
import { Budget, requireRank } from '../budget.js';
import type { Dim, Graph, Model, Node, TensorType, ValueInfo } from '../graph.js';
import { factsOfConstant } from './constants.js';
import { anySize, symbol, symbolsOf } from './dim.js';
import { contradiction, type Facts, type Inference, known, type Scope, unknown } from './facts.js';
import { families } from './families.js';
import { checkRequirements } from './requirements/check.js';

const inferences: ReadonlyMap<string, Inference> = new Map(Object.values(families).flatMap(Object.entries));

type LookUp = Scope['outer'];
/** Takes note of every value of every graph. */
type Note = (graph: Graph, name: string, facts: Facts) => void;

/**
 * What is known of a node's outputs, from what is known of its inputs. Of an operator that is not in the table nothing
 * is known. A size that shows only when the graph runs is a symbol called `output.axis`.
 * @param inputs one for each input of the node, `unknown` for an absent one
 * @param outer facts of the values around the node, for graphs inside it that capture them
 * @param budget what graphs inside the node may take
 * @throws OneirosError `bad-input` if the inputs contradict the operator or each other, with the shapes it was given;
 *   `too-large` for a tensor of too many axes, or where that takes more than the budget
 */
export function inferNode(
  node: Node,
  inputs: readonly Facts[],
  outer: LookUp = () => undefined,
  budget = Budget.unlimited(),
): readonly Facts[] {
  return inferWith(node, inputs, {
    outer,
    depth: 0,
    budget,
    infer: (...inner) => inferGraph(...inner, 1, budget),
  });
}

/**
 * What is known of every value of a model by name, those of graphs inside nodes included (unless two of those graphs
 * use the same name). What the file declares counts where inference says less.
 * @throws OneirosError as `inferNode`
 */
export function inferModel(model: Model): ReadonlyMap<string, Facts> {
  check('inferModel', { model: [model, kind.model] });
  return inferWithin(Budget.for(model), model);
}

/** The same, as a part of work that takes from one budget. */
export function inferWithin(budget: Budget, model: Model): ReadonlyMap<string, Facts> {
  const values = new Map<string, Facts>();
  const homes = new Map<string, Graph>();
  const ambiguous = new Set<string>(['']);
  const note: Note = (graph, name, facts) => {
    if ((homes.get(name) ?? graph) !== graph) ambiguous.add(name);
    homes.set(name, graph);
    values.set(name, facts);
  };
  const inputs = model.graph.inputs.map(({ name, type }) => named(name, { ...unknown, type }));
  inferGraph(model.graph, inputs, () => undefined, 0, budget, note);
  for (const name of ambiguous) values.delete(name);
  return values;
}

/** Facts of a graph's outputs, from those of its inputs and of the values it captures. */
function inferGraph(
  graph: Graph,
  inputs: readonly Facts[],
  outer: LookUp,
  depth: number,
  budget: Budget,
  note?: Note,
): readonly Facts[] {
  const values = new Map<string, Facts>();
  const declared = new Map([...graph.values, ...graph.outputs.map((info) => [info.name, info] as const)]);
  const lookUp: LookUp = (name) => values.get(name) ?? outer(name);
  const define = (name: string, facts: Facts) => {
    values.set(name, facts);
    note?.(graph, name, facts);
  };
  const scope: Scope = {
    outer: lookUp,
    depth,
    budget,
    infer: (inner, given, around) => inferGraph(inner, given, around, depth + 1, budget, note),
  };
  for (const [name, tensor] of graph.initializers)
    define(name, tensor.dtype === 'opaque' ? unknown : factsOfConstant(tensor));
  for (const [i, { name }] of graph.inputs.entries())
    if (!graph.initializers.has(name)) define(name, named(name, inputs[i] ?? unknown));
  for (const node of graph.nodes) {
    const facts = inferWith(
      node,
      node.inputs.map((name) => lookUp(name) ?? unknown),
      scope,
    );
    for (const [i, name] of node.outputs.entries())
      define(name, withDeclared(facts[i] ?? unknown, declared.get(name), depth === 0));
  }
  return graph.outputs.map(({ name }) => lookUp(name) ?? unknown);
}

function inferWith(node: Node, inputs: readonly Facts[], scope: Scope): readonly Facts[] {
  if (node.domain === '') checkRequirements(node, inputs);
  const inference = node.domain === '' ? inferences.get(node.op) : undefined;
  scope.budget.spend('inferences', 1, node);
  if (inference === undefined) return node.outputs.map(() => unknown);
  const facts = inference(node, inputs, scope);
  return node.outputs.map((name, i) => {
    const { type } = facts[i] ?? unknown;
    requireRank(`the result of ${describe(node)}`, type?.shape?.length ?? 0);
    const impossible = type?.shape?.find((size) => !isPossible(size));
    if (impossible !== undefined)
      throw contradiction(node, inputs, `the result would have a size of ${impossible}`);
    return named(name || `${node.name}:${i}`, facts[i] ?? unknown);
  });
}

function isPossible(size: Dim): boolean {
  return typeof size === 'string' || (Number.isSafeInteger(size) && size >= 0);
}

/** Gives what is left open a symbol that no other value has. */
function named(name: string, facts: Facts): Facts {
  if (facts.type === null || facts.constant !== null) return facts;
  const { dtype, shape } = facts.type;
  const sizes = shape?.map((size, axis) => sizeOf(size) ?? symbol(`${name}.${axis}`)) ?? null;
  const isEmpty = facts.content?.every((item) => item === anySize) ?? true;
  const content =
    facts.content?.map((item, i) => (item === anySize ? symbol(`?${name}[${i}]`) : item)) ?? null;
  return known(dtype, sizes, isEmpty && facts.content?.length !== 0 ? null : content);
}

/** A size written in sizes, or `null`: a number out of the data, used as a size, is certain to be none below zero. */
function sizeOf(size: Dim): Dim | null {
  if (typeof size === 'number' || !size.includes('?')) return size;
  if (size === anySize) return null;
  const fromData = symbolsOf(size).filter((each) => each.startsWith('?'));
  const [only] = fromData;
  if (only === undefined) return size;
  return fromData.length === 1 && symbol(only) === size ? symbol(only.slice(1)) : null;
}

/**
 * Facts with what the file declares where they say less: the type, the rank, sizes that are numbers instead of
 * symbols. Declared symbols are taken only where nothing is known, and only in the main graph, whose names they are.
 */
function withDeclared(facts: Facts, info: ValueInfo | undefined, isMain: boolean): Facts {
  const type = info?.type ?? null;
  if (type === null || facts.constant !== null) return facts;
  const shape = facts.type?.shape ?? null;
  if (shape === null || facts.type === null) {
    const sizes = type.shape?.map((size) => (isMain || typeof size === 'number' ? size : anySize)) ?? null;
    return named(info?.name ?? '', known(facts.type?.dtype ?? type.dtype, sizes, facts.content));
  }
  const isOther = type.shape?.length !== shape.length;
  return isOther ? facts : { ...facts, type: { dtype: facts.type.dtype, shape: filled(shape, type) } };
}

function filled(shape: readonly Dim[], declared: TensorType): readonly Dim[] {
  return shape.map((size, i) => {
    const other = declared.shape?.[i];
    return typeof size === 'string' && typeof other === 'number' ? other : size;
  });
}
