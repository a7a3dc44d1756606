import type { Value } from '../builder/graph-builder.js';
import { Rewriter } from '../builder/rewriter.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Model, Node } from '../graph/graph.js';
import { identityNode } from '../graph/simple-nodes.js';
import { allNamesOf } from '../graph/subgraphs.js';
import { eliminateCommonSubexpressions } from '../passes/common-subexpressions.js';
import { eliminateDeadCode } from '../passes/dead-code.js';
import { Bounds } from './bounds.js';
import type { Form, Target } from './form.js';
import { type FormName, formNames } from './form-names.js';
import { forms } from './forms.js';
import { Origins, Site } from './site.js';

/** The operator sets in which all nodes that forms add mean the same. */
const [oldest, newest] = [13, 26];

export interface LoweringOptions {
  /** The forms that may be used. @default all */
  readonly forms?: readonly FormName[];
  /** Whether the elements of all inputs are finite numbers. @default false */
  readonly finiteInputs?: boolean;
}

/**
 * Writes a model with the forms of its operations that are fastest on a provider. The results are the same within
 * rounding: see the README beside this file for each form.
 * @returns the same object if no form applies
 */
export function lowerModel(
  model: Model,
  target: Target,
  { forms: allowed = formNames, finiteInputs = false }: LoweringOptions = {},
): Model {
  const opset = model.opsets.get('') ?? 0;
  if (opset < oldest || opset > newest) return model;
  const byOperator = formsFor(target, allowed);
  if (!model.graph.nodes.some(({ op }) => byOperator.has(op))) return model;
  const b = new Rewriter(model.graph, allNamesOf(model.graph), Budget.for(model));
  const lowered = new Lowered(model.graph, b, byOperator, finiteInputs);
  for (const node of model.graph.nodes) lowered.add(node);
  if (lowered.count === 0) return model;
  const graph = b.finish(model.graph);
  return eliminateDeadCode(eliminateCommonSubexpressions({ ...model, graph }));
}

type FormsByOperator = ReadonlyMap<string, readonly Form[]>;

function formsFor(target: Target, allowed: readonly FormName[]): FormsByOperator {
  const byOperator = new Map<string, Form[]>();
  for (const name of formNames) {
    const form = forms[name];
    if (!allowed.includes(name) || !form.targets.includes(target)) continue;
    for (const op of form.operators) byOperator.set(op, [...(byOperator.get(op) ?? []), form]);
  }
  return byOperator;
}

/** The lowered graph, node by node. */
class Lowered {
  count = 0;
  readonly #origins: Origins;
  readonly #bounds: Bounds;

  constructor(
    graph: Graph,
    readonly b: Rewriter,
    readonly forms: FormsByOperator,
    finiteInputs: boolean,
  ) {
    this.#origins = new Origins(graph);
    this.#bounds = new Bounds(graph, finiteInputs);
  }

  add(node: Node): void {
    const results = this.#lowered(node);
    if (results === null) {
      this.b.append(node);
      return;
    }
    this.count++;
    for (const [i, output] of node.outputs.entries()) {
      const value = results[i];
      if (output !== '' && value !== undefined) this.b.append(identityNode(value.name, output));
    }
  }

  #lowered(node: Node): readonly Value[] | null {
    if (node.domain !== '') return null;
    for (const form of this.forms.get(node.op) ?? []) {
      const results = form.lower(new Site(node, this.b, this.#origins, this.#bounds));
      if (results !== null) return results;
    }
    return null;
  }
}
