import { OneirosError } from '../base/errors.js';
import { nearest } from '../base/nearest-names.js';
import { operatorOf } from '../onnx/graph/attributes.js';
import type { Graph, Node } from '../onnx/graph/graph.js';
import { hasNewerForm } from '../onnx/graph/newer-forms.js';
import { subgraphsOf } from '../onnx/graph/subgraphs.js';
import type { Expand } from './expansions/expansion.js';
import { expansions } from './expansions/families.js';
import { passThrough, straightThrough } from './expansions/straight-through.js';
import { rules } from './rules/families.js';
import { noGradient, type Rule, type RuleTable } from './rules/rule.js';

/** Rules to use instead of the table's. A rule that fits no node of the model is an error. */
export interface RuleOverrides {
  /** By operator: `Relu`, or `com.microsoft.Gelu` for one of another domain than ONNX's. */
  readonly operators?: RuleTable | undefined;
  /** By the name of a node; these take precedence over rules by operator. */
  readonly nodes?: RuleTable | undefined;
}

/** Operators whose rules are also for the forms that came after operator set 17. */
const understood = /^(Reduce|Scatter|AveragePool|LpPool)/;

const builtIn: ReadonlyMap<string, Rule> = new Map([
  ...Object.entries(rules),
  [straightThrough, passThrough],
]);

/** How each node is differentiated. Names of nodes and of operators are kept apart: a node may be named "Exp". */
export class RuleChoice {
  readonly #operators: ReadonlyMap<string, Rule>;
  readonly #nodes: ReadonlyMap<string, Rule>;

  constructor({ operators = {}, nodes = {} }: RuleOverrides = {}) {
    this.#operators = new Map(Object.entries(operators));
    this.#nodes = new Map(Object.entries(nodes));
  }

  /**
   * @throws OneirosError `bad-argument` for an override that fits no node of the graphs; the message lists near names
   */
  requireUses(graphs: readonly Graph[]): void {
    const nodes = graphs.flatMap(nodesOf);
    requireUses('operators', 'operator', this.#operators, nodes, operatorOf);
    requireUses('nodes', 'node named', this.#nodes, nodes, ({ name }) => name);
  }

  /** The rule for a node: the caller's or the table's. */
  rule(node: Node): Rule | undefined {
    const rule = this.override(node) ?? builtIn.get(operatorOf(node));
    const isOther = rule !== noGradient && hasNewerForm(node) && !understood.test(node.op);
    return isOther ? this.override(node) : rule;
  }

  /** How a node is written with other operators, to be differentiated through them. */
  expansion(node: Node): Expand | undefined {
    return this.override(node) === undefined ? expansions.get(operatorOf(node)) : undefined;
  }

  /** Whether no gradient passes through a node. */
  blocks(node: Node): boolean {
    return this.expansion(node) === undefined && this.rule(node) === noGradient;
  }

  /** The caller's rule for a node. */
  override(node: Node): Rule | undefined {
    return this.#nodes.get(node.name) ?? this.#operators.get(operatorOf(node));
  }
}

function requireUses(
  table: keyof RuleOverrides,
  what: string,
  overrides: ReadonlyMap<string, Rule>,
  nodes: readonly Node[],
  nameOf: (node: Node) => string,
): void {
  if (overrides.size === 0) return;
  const names = new Set(nodes.map(nameOf));
  names.delete('');
  for (const name of overrides.keys())
    if (!names.has(name))
      throw new OneirosError(
        'bad-argument',
        `\`overrides.${table}\` has a rule for "${name}", but the model has no ${what} "${name}"; ` +
          `near names: ${nearest(name, names).join(', ')}`,
      );
}

/** A graph's nodes and those inside them. */
function nodesOf({ nodes }: Graph): readonly Node[] {
  return nodes.flatMap((node) => [node, ...subgraphsOf(node).flatMap(nodesOf)]);
}
