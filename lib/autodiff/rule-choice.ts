import { OneirosError } from '../base/errors.js';
import { nearest } from '../base/nearest-names.js';
import type { Graph, Node } from '../onnx/graph/graph.js';
import { subgraphsOf } from '../onnx/graph/subgraphs.js';
import { rules } from './rules/families.js';
import type { Rule, RuleTable } from './rules/rule.js';

/** Rules to use instead of the table's. A rule that fits no node of the model is an error. */
export interface RuleOverrides {
  /** By operator: `Relu`, or `com.microsoft.Gelu` for one of another domain than ONNX's. */
  readonly operators?: RuleTable | undefined;
  /** By the name of a node; these take precedence over rules by operator. */
  readonly nodes?: RuleTable | undefined;
}

const builtIn: ReadonlyMap<string, Rule> = new Map(Object.entries(rules));

/** Which rule differentiates a node. Names of nodes and of operators are kept apart: a node may be named "Exp". */
export class RuleChoice {
  readonly #operators: ReadonlyMap<string, Rule>;
  readonly #nodes: ReadonlyMap<string, Rule>;

  /**
   * @throws OneirosError `bad-argument` for an override that fits no node of the graph; the message lists near names
   */
  constructor(graph: Graph, { operators = {}, nodes = {} }: RuleOverrides = {}) {
    this.#operators = new Map(Object.entries(operators));
    this.#nodes = new Map(Object.entries(nodes));
    requireUses('operators', 'operator', this.#operators, graph, operatorOf);
    requireUses('nodes', 'node named', this.#nodes, graph, ({ name }) => name);
  }

  /** The caller's rule for a node. */
  override(node: Node): Rule | undefined {
    return this.#nodes.get(node.name) ?? this.#operators.get(operatorOf(node));
  }

  /** The table's rule for a node. */
  builtIn(node: Node): Rule | undefined {
    return builtIn.get(operatorOf(node));
  }
}

function operatorOf({ op, domain }: Node): string {
  return domain === '' ? op : `${domain}.${op}`;
}

function requireUses(
  table: keyof RuleOverrides,
  what: string,
  overrides: ReadonlyMap<string, Rule>,
  graph: Graph,
  nameOf: (node: Node) => string,
): void {
  if (overrides.size === 0) return;
  const names = new Set(nodesOf(graph).map(nameOf));
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
