import { anySize, isAtLeastZero, isEqual, symbolsOf } from '../facts/dim.js';
import {
  axisOf,
  contradiction,
  type Facts,
  type Inference,
  type Inferences,
  known,
  type Scope,
  shapeOf,
  unknown,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Graph } from '../graph/graph.js';
import { unify } from './broadcast.js';

/** Inference follows loops to this depth, and each for `maxRounds`: the work grows exponentially with the depth. */
const maxDepth = 2;

const maxRounds = 4;

/** The taken branch if the condition is known, otherwise what both have in common. */
const ifOperator: Inference = (node, [condition], scope) => {
  const branch = (name: string) => enter(attr.graph(node, name), [], scope);
  const [test] = condition?.content ?? [];
  if (typeof test === 'number') return branch(test === 0 ? 'else_branch' : 'then_branch');
  const [yes, no] = [branch('then_branch'), branch('else_branch')];
  return node.outputs.map((_, i) => merge(yes[i] ?? unknown, no[i] ?? unknown));
};

/** Inputs: trip count, condition, state; the body's: iteration, condition, state → condition, state, scanned. */
const loop: Inference = (node, inputs, scope) => {
  const [trips, condition = unknown, ...initial] = inputs;
  const body = attr.graph(node, 'body');
  const goesOn = node.inputs[1] ? condition : known('bool', [], [1]);
  const { state, scanned } = iterate(body, [known('int64', [])], [goesOn, ...initial], scope);
  const [lastCondition, ...results] = state;
  const [count = anySize] = trips?.content ?? [];
  const isCounted = lastCondition?.content?.[0] === 1 && isAtLeastZero(count);
  return [...results, ...scanned.map((facts) => stacked(facts, isCounted ? count : anySize, () => 0))];
};

/** Inputs: state, then sequences; the body's: state, one element of each → state, one element of each result. */
const scan: Inference = (node, inputs, scope) => {
  const body = attr.graph(node, 'body');
  const sequences = attr.int(node, 'num_scan_inputs');
  const states = inputs.length - sequences;
  if (states < 0 || sequences < 1)
    throw contradiction(node, inputs, `num_scan_inputs ${sequences} does not fit ${inputs.length} inputs`);
  const axes = attr.ints(node, 'scan_input_axes', Array<number>(sequences).fill(0));
  let length: Dim = anySize;
  const elements = inputs.slice(states).map((facts, i) => {
    const shape = shapeOf(facts);
    if (shape === null) return facts;
    const axis = axisOf(node, inputs, axes[i] ?? 0, shape.length);
    length = unify(node, inputs, 'lengths of the sequences', length, shape[axis]!);
    return known(facts.type?.dtype, shape.toSpliced(axis, 1));
  });
  const { state, scanned } = iterate(body, elements, inputs.slice(0, states), scope, true);
  const outputAxes = attr.ints(
    node,
    'scan_output_axes',
    scanned.map(() => 0),
  );
  return [
    ...state,
    ...scanned.map((facts, i) =>
      stacked(facts, length, (rank) => axisOf(node, inputs, outputAxes[i] ?? 0, rank)),
    ),
  ];
};

/**
 * Infers a body until the facts about its state no longer change: a size that differs between two rounds is unknown
 * from then on. The body's inputs are `given` and the state, or the state and `given` if `stateFirst`.
 */
function iterate(
  body: Graph,
  given: readonly Facts[],
  initial: readonly Facts[],
  scope: Scope,
  stateFirst = false,
): { readonly state: readonly Facts[]; readonly scanned: readonly Facts[] } {
  const nothing = initial.map(() => unknown);
  let before = scope.depth < maxDepth ? initial : nothing;
  for (let round = 1; ; round++) {
    const results = enter(body, stateFirst ? [...before, ...given] : [...given, ...before], scope);
    const state = before.map((facts, i) => merge(facts, results[i] ?? unknown));
    if (state.every((facts, i) => isSame(facts, before[i] ?? unknown)))
      return { state, scanned: results.slice(state.length) };
    before = round < maxRounds ? state : nothing;
  }
}

/**
 * Facts about an inner graph's outputs, in symbols of the outer graph: a size that contains symbols created inside
 * (which differ in every round, or belong to a branch not taken) is unknown outside.
 */
function enter(graph: Graph, inputs: readonly Facts[], scope: Scope): readonly Facts[] {
  const visible = new Set(inputs.flatMap(symbolsIn));
  const captured = (name: string) => {
    const facts = scope.outer(name);
    for (const each of facts === undefined ? [] : symbolsIn(facts)) visible.add(each);
    return facts;
  };
  const results = scope.infer(graph, inputs, captured);
  const outside = (dim: Dim) => (symbolsOf(dim).every((name) => visible.has(name)) ? dim : anySize);
  return results.map((facts) => {
    const shape = shapeOf(facts)?.map(outside) ?? null;
    return facts.constant === null ? known(facts.type?.dtype, shape, facts.content?.map(outside)) : facts;
  });
}

function symbolsIn(facts: Facts): readonly string[] {
  return [...(shapeOf(facts) ?? []), ...(facts.content ?? [])].flatMap(symbolsOf);
}

/** What two values have in common. */
function merge(a: Facts, b: Facts): Facts {
  if (a.type === null || b.type === null || a.type.dtype !== b.type.dtype) return unknown;
  const shape = common(a.type.shape, b.type.shape);
  const constant = a.constant === b.constant ? a.constant : null;
  return { type: { dtype: a.type.dtype, shape }, content: common(a.content, b.content), constant };
}

function common(a: readonly Dim[] | null, b: readonly Dim[] | null): readonly Dim[] | null {
  if (a === null || b === null || a.length !== b.length) return null;
  return a.map((dim, i) => (isEqual(dim, b[i]!) === true ? dim : anySize));
}

function isSame(a: Facts, b: Facts): boolean {
  const text = ({ type, content }: Facts) => JSON.stringify([type, content]);
  return a.constant === b.constant && text(a) === text(b);
}

/** One tensor for each round, stacked along a new axis. */
function stacked(facts: Facts, length: Dim, axis: (rank: number) => number): Facts {
  const shape = shapeOf(facts);
  return known(facts.type?.dtype, shape && shape.toSpliced(axis(shape.length + 1), 0, length));
}

export const control: Inferences = {
  If: ifOperator,
  Loop: loop,
  Scan: scan,
};
