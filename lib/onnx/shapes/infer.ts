import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { anySize, symbol, symbolsOf } from '../facts/dim.js';
import { contradiction, type Facts, type Inference, known, type Scope, unknown } from '../facts/facts.js';
import { describe, operatorOf } from '../graph/attributes.js';
import { Budget, requireRank } from '../graph/budget.js';
import type { Dim, Graph, Model, Node, TensorType, ValueInfo } from '../graph/graph.js';
import { factsOfConstant } from './constants.js';
import { families } from './families.js';
import { inferredIn } from './inferred.js';
import { checkRequirements } from './requirements/check.js';

const inferences: ReadonlyMap<string, Inference> = new Map(Object.values(families).flatMap(Object.entries));

/** Whether anything about the node's results can be inferred. */
export function hasShapeRule(node: Node): boolean {
  return inferences.has(operatorOf(node));
}

type LookUp = Scope['outer'];
/** Records the facts about every value of the graphs inside nodes. */
type Note = (graph: Graph, name: string, facts: Facts) => void;

/**
 * Infers facts about a node's outputs from those about its inputs. The outputs of an operator without a rule are
 * unknown. A size that is known only when the graph runs becomes a symbol named `output.axis`.
 * @param inputs one for each input of the node, `unknown` for an absent one
 * @param outer facts about the values around the node, for graphs inside it that capture them
 * @param budget what graphs inside the node may spend
 * @throws OneirosError `bad-input` if the inputs contradict the operator or each other, with the shapes it was given;
 *   `too-large` for a tensor with too many axes, or if the work exceeds the budget
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
 * Facts about every value of a model by name, including those of graphs inside nodes (unless two of those graphs use
 * the same name). What the file declares is used where inference knows less.
 * @throws OneirosError as `inferNode`
 */
export function inferModel(model: Model): ReadonlyMap<string, Facts> {
  check('inferModel', { model: [model, kind.model] });
  return inferWithin(Budget.for(model), model);
}

/** The same within the budget of a larger task. */
export function inferWithin(budget: Budget, { graph }: Model): ReadonlyMap<string, Facts> {
  const { graphs } = inferredIn(budget);
  const facts = graphs.get(graph) ?? inferAll(graph, budget);
  graphs.set(graph, facts);
  return facts;
}

function inferAll(graph: Graph, budget: Budget): ReadonlyMap<string, Facts> {
  const values = new Map<string, Facts>();
  const inner = new Map<string, Facts>();
  const homes = new Map<string, Graph>();
  const ambiguous = new Set<string>(['']);
  const note: Note = (home, name, facts) => {
    if ((homes.get(name) ?? home) !== home) ambiguous.add(name);
    homes.set(name, home);
    inner.set(name, facts);
  };
  const inputs = graph.inputs.map(({ name, type }) => named(name, { ...unknown, type }));
  inferGraph(graph, inputs, () => undefined, 0, budget, note, values);
  for (const [name, facts] of inner)
    if (values.has(name)) ambiguous.add(name);
    else values.set(name, facts);
  for (const name of ambiguous) values.delete(name);
  return values;
}

/**
 * Facts about a graph's outputs, from those about its inputs and the values it captures.
 * @param values receives the facts about its own values
 */
function inferGraph(
  graph: Graph,
  inputs: readonly Facts[],
  outer: LookUp,
  depth: number,
  budget: Budget,
  note?: Note,
  values = new Map<string, Facts>(),
): readonly Facts[] {
  const declared = new Map([...graph.values, ...graph.outputs.map((info) => [info.name, info] as const)]);
  const lookUp: LookUp = (name) => values.get(name) ?? outer(name);
  const define = (name: string, facts: Facts) => {
    values.set(name, facts);
    if (depth > 0) note?.(graph, name, facts);
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
  const { nodes } = inferredIn(scope.budget);
  const before = nodes.recall(node, inputs);
  if (before === null && node.domain === '') checkRequirements(node, inputs);
  scope.budget.spend('inferences', 1, node);
  if (before !== null) return before;
  const facts = inferAnew(node, inputs, scope);
  nodes.remember(node, inputs, facts);
  return facts;
}

function inferAnew(node: Node, inputs: readonly Facts[], scope: Scope): readonly Facts[] {
  const inference = inferences.get(operatorOf(node));
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

/** Gives everything that is still unknown a symbol that no other value has. */
function named(name: string, facts: Facts): Facts {
  if (facts.type === null || facts.constant !== null) return facts;
  const { dtype, shape } = facts.type;
  const sizes = shape?.map((size, axis) => sizeOf(size) ?? symbol(`${name}.${axis}`)) ?? null;
  const isEmpty = facts.content?.every((item) => item === anySize) ?? true;
  const content =
    facts.content?.map((item, i) => (item === anySize ? symbol(`?${name}[${i}]`) : item)) ?? null;
  return known(dtype, sizes, isEmpty && facts.content?.length !== 0 ? null : content);
}

/** A size in terms of sizes, or `null`. An element of the data that is used as a size is known not to be negative. */
function sizeOf(size: Dim): Dim | null {
  if (typeof size === 'number' || !size.includes('?')) return size;
  if (size === anySize) return null;
  const fromData = symbolsOf(size).filter((each) => each.startsWith('?'));
  const [only] = fromData;
  if (only === undefined) return size;
  return fromData.length === 1 && symbol(only) === size ? symbol(only.slice(1)) : null;
}

/**
 * Completes facts by what the file declares: the type, the rank, numbers instead of symbols. Declared symbols are used
 * only if nothing is known, and only in the main graph, to which they belong.
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
