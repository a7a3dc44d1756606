import { batchNormByBatch } from './batch-norm.js';
import { averageMaxPool, guidedRelu, redirectedRelu } from './ready-overrides.js';
import type { RuleOverrides } from './rule-choice.js';
import type { Rule, RuleTable } from './rules/rule.js';

// Rules are functions, which cannot be sent to a worker. The rules of this library have names, which can.

const rules = new Map<string, Rule>(
  Object.entries({ guidedRelu, redirectedRelu, averageMaxPool, batchNorm: { batchNormByBatch } }).flatMap(
    ([name, table]) => Object.entries(table).map(([op, rule]) => [`${name} ${op}`, rule] as const),
  ),
);
const names = new Map(Array.from(rules, ([name, rule]) => [rule, name]));

type Names = Readonly<Record<string, string>>;

/** `RuleOverrides` with names instead of rules. */
export interface NamedOverrides {
  readonly operators: Names;
  readonly nodes: Names;
}

/** The overrides as data; `null` if the caller wrote one of the rules. */
export function nameOverrides({ operators = {}, nodes = {} }: RuleOverrides): NamedOverrides | null {
  const named = { operators: namesOf(operators), nodes: namesOf(nodes) };
  return named.operators && named.nodes && { operators: named.operators, nodes: named.nodes };
}

function namesOf(table: RuleTable): Names | null {
  const entries = Object.entries(table).map(([key, rule]) => [key, names.get(rule)] as const);
  const known = entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  return known.length < entries.length ? null : Object.fromEntries(known);
}

/** The overrides with these names. */
export function overridesOf({ operators, nodes }: NamedOverrides): RuleOverrides {
  return { operators: tableOf(operators), nodes: tableOf(nodes) };
}

function tableOf(table: Names): RuleTable {
  return Object.fromEntries(Object.entries(table).map(([key, name]) => [key, rules.get(name)!]));
}
