import { check } from '../base/arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { describe } from '../onnx/attributes.js';
import type { Value } from '../onnx/builder.js';
import type { Node } from '../onnx/graph.js';
import type { Builder } from '../onnx/ops.js';

/** A node's inputs: the first `N` are there, the others may be absent. */
export type RuleInputs<N extends number> = N extends 0
  ? readonly (Value | undefined)[]
  : N extends 1
    ? readonly [Value, ...(Value | undefined)[]]
    : N extends 2
      ? readonly [Value, Value, ...(Value | undefined)[]]
      : readonly [Value, Value, Value, ...(Value | undefined)[]];

/** What a rule has to work with. */
export interface RuleContext<X extends readonly (Value | undefined)[] = readonly (Value | undefined)[]> {
  /** Where the gradient's nodes go. */
  readonly b: Builder;
  /** The operation to be differentiated. */
  readonly node: Node;
  /** Its inputs, and its outputs. */
  readonly x: X;
  readonly y: readonly [Value, ...(Value | undefined)[]];
  /** The first output's cotangent; zeros if only other outputs have one. */
  readonly dy: Value;
  /** The cotangent of every output; `null` where it is zero. */
  readonly dys: readonly (Value | null)[];
}

/**
 * The cotangents of a node's inputs, in their order: a thunk where it costs nodes that are not wanted when nobody asks
 * for that input's gradient; `null`, or nothing at the end, where the gradient is zero or does not exist.
 */
export type Cotangents = readonly (Value | null | (() => Value | null))[];

/**
 * How an operator is differentiated. A rule sees operator set 17 alone, one element type, and one use of each value:
 * versions, accumulation and casts belong to the walk, and so does broadcasting where `broadcasts` says so.
 */
export interface Rule {
  readonly broadcasts: boolean;
  apply(context: RuleContext): Cotangents;
}

/** Rules by operator. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** A rule for an operator whose first `required` inputs are always there; cotangents have their inputs' shapes. */
export function rule<N extends 0 | 1 | 2 | 3>(
  required: N,
  apply: (context: RuleContext<RuleInputs<N>>) => Cotangents,
): Rule {
  check('rule', { required: [required, kind.number], apply: [apply, kind.function] });
  return { broadcasts: false, apply: (context) => apply(demand(context, required)) };
}

/** The same for an operator that broadcasts: cotangents have the output's shape, and the walk sums them down. */
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
