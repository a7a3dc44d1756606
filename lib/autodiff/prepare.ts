import { OneirosError } from '../base/errors.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { Rewriter } from '../onnx/builder/rewriter.js';
import { describe } from '../onnx/graph/attributes.js';
import type { Budget } from '../onnx/graph/budget.js';
import type { Graph, Model, Node } from '../onnx/graph/graph.js';
import { allNamesOf, mapSubgraphs, subgraphsOf, usedIn } from '../onnx/graph/subgraphs.js';
import { foldConstants } from '../onnx/passes/fold-constants.js';
import { inlineIfs } from '../onnx/passes/inline-ifs.js';
import { withGraph } from '../onnx/passes/pass.js';
import { plainSequences } from '../onnx/passes/plain-sequences.js';
import { stackAppended } from '../onnx/passes/stack-appended.js';
import { unroll } from '../onnx/passes/unroll.js';
import { activePath, type Ends } from './active-path.js';
import { type Expand, Expansion } from './expansions/expansion.js';
import { quantizedLayout } from './expansions/quantized-layout.js';
import type { RuleChoice } from './rule-choice.js';

/** A model that is ready for a reverse pass. */
export interface Prepared {
  readonly model: Model;
  readonly stops: readonly string[];
}

/** Expanded operators may contain others that are expanded in turn; real ones nest two or three deep. */
const maxRounds = 20;

/**
 * A loop of more nodes than this stays a loop if it can: the gradient of an LSTM layer of 20 steps is as fast either
 * way, that of 100 steps takes half as long as a loop and a tenth of the time to derive and open.
 */
const mostUnrolled = 500;

/**
 * Writes a model so that each operator between the targets and the values to differentiate by has a gradient rule,
 * where that is possible: constants are folded, since rules need the contents of pads, axes and sizes; branches of
 * known conditions are inlined, short loops of known length unrolled, and operators that are differentiated through their
 * parts expanded.
 * @param model of operator set 17
 * @param kept other values that must stay, under their names
 */
export function prepare(
  model: Model,
  { targets, wrt, stops }: Ends,
  kept: readonly string[],
  rules: RuleChoice,
  budget: Budget,
): Prepared {
  const variables = new Set([...targets, ...wrt, ...stops, ...kept]);
  const stopped = new Set(stops);
  let current = model;
  for (let round = 0; round < maxRounds; round++) {
    const flat = flattened(current, variables, budget);
    const ends = { targets, wrt, stops: [...stopped] };
    current = expandPath(flat, ends, rules, budget, stopped);
    if (current === flat) break;
  }
  return { model: current, stops: [...stopped] };
}

/** The model without what is known before it runs. */
function flattened(model: Model, variables: ReadonlySet<string>, budget: Budget): Model {
  let current = model;
  for (let round = 0; round < maxRounds; round++) {
    const before = current;
    const folded = foldConstants(current, budget, variables);
    const plain = stackAppended(plainSequences(folded, budget), budget);
    current = unroll(inlineIfs(plain, budget), budget, mostUnrolled);
    if (current === before) break;
  }
  return current;
}

function expandPath(model: Model, ends: Ends, rules: RuleChoice, budget: Budget, stops: Set<string>): Model {
  const expand = new Expander(rules, stops);
  if (!expand.applies(model.graph)) return model;
  const b = new Rewriter(model.graph, allNamesOf(model.graph), budget);
  return withGraph(model, expand.graph(model.graph, ends, b));
}

class Expander {
  readonly #rules: RuleChoice;
  readonly #stops: Set<string>;

  constructor(rules: RuleChoice, stops: Set<string>) {
    this.#rules = rules;
    this.#stops = stops;
  }

  /** Whether some node, on the path or not, has an expansion. */
  applies({ nodes }: Graph): boolean {
    return nodes.some(
      (node) =>
        this.#rules.expansion(node) !== undefined || subgraphsOf(node).some((body) => this.applies(body)),
    );
  }

  /** @param twins quantized integers of the graphs around, by name, as numbers with a gradient */
  graph(graph: Graph, ends: Ends, b: Rewriter, twins = new Map<string, Value>()): Graph {
    const path = activePath(graph, ends, (node) => !this.#rules.blocks(node));
    let changed = false;
    for (const node of graph.nodes) {
      b.budget.enter(node);
      const next = path.nodes.has(node) ? this.#inside(node, path.values, ends.stops, b, twins) : node;
      const expand = path.nodes.has(node) ? this.#expansion(node, twins) : undefined;
      if (expand === undefined) b.append(next);
      else expand(new Expansion(next, b, this.#stops, twins));
      changed ||= next !== node || expand !== undefined;
    }
    return changed ? b.finish(graph) : graph;
  }

  /** Operators on quantized integers have an expansion too, unless no gradient passes through them. */
  #expansion(node: Node, twins: ReadonlyMap<string, Value>): Expand | undefined {
    const expansion = this.#rules.expansion(node);
    const isQuantized = expansion === undefined && node.inputs.some((name) => twins.has(name));
    return isQuantized && !this.#rules.blocks(node) ? quantizedLayout : expansion;
  }

  /** Expands nodes of branches and bodies: everything that they take from the path or compute may be differentiated. */
  #inside(
    node: Node,
    active: ReadonlySet<string>,
    stops: readonly string[],
    b: Rewriter,
    twins: ReadonlyMap<string, Value>,
  ): Node {
    return mapSubgraphs(node, (body) => {
      const wrt = [...usedIn(body)].filter((name) => active.has(name));
      const ends = {
        wrt: [...wrt, ...body.inputs.map(({ name }) => name)],
        targets: body.outputs.map(({ name }) => name),
        stops,
      };
      const inner = new Map(twins);
      const expanded = this.graph(body, ends, b.inner(body), inner);
      if (body.outputs.some(({ name }) => inner.has(name)))
        throw new OneirosError(
          'unsupported',
          `${describe(node)} cannot be differentiated, since a graph inside it returns quantized values`,
        );
      return expanded;
    });
  }
}
