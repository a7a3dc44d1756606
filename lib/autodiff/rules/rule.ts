import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { describe } from '../../onnx/graph/attributes.js';
import type { Graph, Node } from '../../onnx/graph/graph.js';

/** A node's inputs: the first `N` are present, the others may be absent. */
export type RuleInputs<N extends number> = N extends 0
  ? readonly (Value | undefined)[]
  : N extends 1
    ? readonly [Value, ...(Value | undefined)[]]
    : N extends 2
      ? readonly [Value, Value, ...(Value | undefined)[]]
      : readonly [Value, Value, Value, ...(Value | undefined)[]];

/** What a rule receives. */
export interface RuleContext<X extends readonly (Value | undefined)[] = readonly (Value | undefined)[]> {
  /** The builder to which the gradient's nodes are added. */
  readonly b: Builder;
  /** The node to differentiate. */
  readonly node: Node;
  /** Its inputs, and its outputs. */
  readonly x: X;
  readonly y: readonly [Value, ...(Value | undefined)[]];
  /** The first output's cotangent; zeros if only other outputs have one. */
  readonly dy: Value;
  /** The cotangent of every output; `null` where it is zero. */
  readonly dys: readonly (Value | null)[];
  /** The values around the node that its subgraphs use and whose cotangents are needed. */
  readonly captured: readonly Value[];
  /** Whether the cotangent of a value around the node is needed. */
  readonly isActive: (value: Value) => boolean;
  /**
   * Computes a graph inside the node, a branch or a body, once more in the graph of its gradient.
   * @param b the builder of that graph, inside `b`
   * @param inputs a value for each input of the region
   */
  readonly enter: (region: Graph, b: Builder, inputs: readonly Value[]) => Region;
}

/** A graph inside a node, computed once more where its gradient is built. */
export interface Region {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** The names of the values between some results and some values that they may depend on; these are included. */
  between(targets: readonly Value[], wrt: readonly Value[]): ReadonlySet<string>;
  /**
   * @param dys the cotangents of the outputs; `null` where one is zero
   * @param wrt inputs of the region and values around the node
   * @returns their cotangents; `null` where one is zero
   */
  pullBack(dys: readonly (Value | null)[], wrt: readonly Value[]): readonly (Value | null)[];
}

/**
 * The cotangents of a node's inputs and then of `captured`, in their order: a function if it adds nodes that are needed
 * only for that input's gradient; `null` if the gradient is zero; `undefined`, or nothing at the end, for an input that
 * the rule takes for a constant. If such an input depends on the values to differentiate by, that is an error.
 */
export type Cotangents = readonly (Value | null | undefined | (() => Value | null))[];

/**
 * How an operator is differentiated. A rule sees only operator set 17, one element type, and one use of each value: the
 * walk handles versions, accumulation and casts, and broadcasting too if `broadcasts` is true.
 */
export interface Rule {
  readonly broadcasts: boolean;
  /** Whose cotangents the rule uses: `dy`, or all of `dys`. A cotangent that it does not use is an error. */
  readonly outputs: 'first' | 'all';
  apply(context: RuleContext): Cotangents;
}

const whoseCotangents = oneOf('first', 'all');

/** Rules by operator. */
export type RuleTable = Readonly<Record<string, Rule>>;

/**
 * A rule for an operator whose first `required` inputs are always present; cotangents have their inputs' shapes.
 * @param outputs whose cotangents the rule uses: `dy`, or all of `dys`
 */
export function rule<N extends 0 | 1 | 2 | 3>(
  required: N,
  apply: (context: RuleContext<RuleInputs<N>>) => Cotangents,
  outputs: Rule['outputs'] = 'first',
): Rule {
  check('rule', {
    required: [required, kind.number],
    apply: [apply, kind.function],
    outputs: [outputs, whoseCotangents],
  });
  return { broadcasts: false, outputs, apply: (context) => apply(demand(context, required)) };
}

/**
 * The same for an operator that broadcasts: cotangents have the output's shape, and the walk sums them to the inputs'.
 */
export function broadcasting<N extends 0 | 1 | 2 | 3>(
  required: N,
  apply: (context: RuleContext<RuleInputs<N>>) => Cotangents,
  outputs: Rule['outputs'] = 'first',
): Rule {
  check('broadcasting', {
    required: [required, kind.number],
    apply: [apply, kind.function],
    outputs: [outputs, whoseCotangents],
  });
  return { ...rule(required, apply, outputs), broadcasts: true };
}

/** The rule of an operator whose outputs do not change with its inputs' values, or change only in jumps. */
export const noGradient: Rule = {
  broadcasts: false,
  outputs: 'all',
  apply: ({ x, captured }) => [...x, ...captured].map(() => null),
};

function demand<N extends 0 | 1 | 2 | 3>(context: RuleContext, required: N): RuleContext<RuleInputs<N>> {
  const { x } = context;
  if (!hasInputs(x, required))
    throw new OneirosError(
      'bad-input',
      `${describe(context.node)} has fewer than its ${required} required inputs`,
    );
  return { ...context, x };
}

function hasInputs<N extends 0 | 1 | 2 | 3>(
  x: readonly (Value | undefined)[],
  required: N,
): x is RuleInputs<N> {
  return x.slice(0, required).filter((input) => input !== undefined).length === required;
}
