import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
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
  readonly differentiate: DifferentiateRegion;
}

/**
 * Differentiates a graph inside the node: a branch or a body.
 * @param dys the cotangents of its outputs; `null` where one is zero
 * @param wrt values around the node
 * @returns a graph that runs the region once more and has the cotangents of `wrt` as outputs, zeros for what it does
 *   not use
 */
export type DifferentiateRegion = (
  region: Graph,
  dys: readonly (Value | null)[],
  wrt: readonly Value[],
) => Graph;

/**
 * The cotangents of a node's inputs and then of `captured`, in their order: a function if it adds nodes that are needed
 * only for that input's gradient; `null`, or nothing at the end, if the gradient is zero or does not exist.
 */
export type Cotangents = readonly (Value | null | (() => Value | null))[];

/**
 * How an operator is differentiated. A rule sees only operator set 17, one element type, and one use of each value: the
 * walk handles versions, accumulation and casts, and broadcasting too if `broadcasts` is true.
 */
export interface Rule {
  readonly broadcasts: boolean;
  apply(context: RuleContext): Cotangents;
}

/** Rules by operator. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** A rule for an operator whose first `required` inputs are always present; cotangents have their inputs' shapes. */
export function rule<N extends 0 | 1 | 2 | 3>(
  required: N,
  apply: (context: RuleContext<RuleInputs<N>>) => Cotangents,
): Rule {
  check('rule', { required: [required, kind.number], apply: [apply, kind.function] });
  return { broadcasts: false, apply: (context) => apply(demand(context, required)) };
}

/**
 * The same for an operator that broadcasts: cotangents have the output's shape, and the walk sums them to the inputs'.
 */
export function broadcasting<N extends 0 | 1 | 2 | 3>(
  required: N,
  apply: (context: RuleContext<RuleInputs<N>>) => Cotangents,
): Rule {
  check('broadcasting', { required: [required, kind.number], apply: [apply, kind.function] });
  return { ...rule(required, apply), broadcasts: true };
}

/** The rule of an operator whose outputs do not change with its inputs' values, or change only in jumps. */
export const noGradient: Rule = { broadcasts: false, apply: () => [] };

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
