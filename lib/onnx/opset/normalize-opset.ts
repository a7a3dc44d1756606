import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { Rewriter } from '../builder/rewriter.js';
import { Budget } from '../graph/budget.js';
import { type Graph, type Model, type Node, OPSET } from '../graph/graph.js';
import { allNamesOf, mapSubgraphs } from '../graph/subgraphs.js';
import { inlineFunctions } from '../passes/inline-functions.js';
import { remainder } from '../proto/message.js';
import { GraphProtoSchema } from '../proto/onnx_pb.js';
import { checkArity, checkArityInSet17 } from '../shapes/requirements/arity.js';
import { families } from './families.js';
import { Conversion, type Rule } from './rule.js';

/** The newest operator set that these rules cover. */
const newest = 28;
/** The version of the file format that came with operator set 17. */
const format = 8;

const rules: ReadonlyMap<string, readonly Rule[]> = new Map(Object.values(families).flatMap(Object.entries));

/**
 * Converts a model to operator set 17 and simple operators: nodes of older and newer operator sets are expressed in 17,
 * calls of functions that the model defines are replaced by their bodies, and operators that are compositions (Gelu,
 * Mish, GroupNormalization …) by their parts. Operators of other domains and names of values stay. An input with a
 * default becomes a constant.
 * @throws OneirosError `unsupported` naming the node and its version if 17 cannot express it; `bad-input` and
 *   `too-large` as `inlineFunctions` and `inferNode`
 */
export function normalizeOpset(model: Model): Model {
  check('normalizeOpset', { model: [model, kind.model] });
  return normalized(model, Budget.for(model));
}

/** `normalizeOpset` within the budget of a larger task. */
export function normalized(model: Model, budget: Budget): Model {
  const inlined = inlineFunctions(model, budget);
  const version = inlined.opsets.get('') ?? OPSET;
  if (version > newest)
    throw new OneirosError(
      'unsupported',
      `the model uses operator set ${version}; the newest supported is ${newest}`,
    );
  const graph = convertGraph(
    inlined.graph,
    version,
    new Rewriter(inlined.graph, allNamesOf(inlined.graph), budget),
  );
  return {
    ...inlined,
    graph: withoutOverrides(graph),
    opsets: new Map(inlined.opsets).set('', OPSET),
    irVersion: Math.max(format, inlined.irVersion),
  };
}

function convertGraph(graph: Graph, version: number, b: Rewriter): Graph {
  for (const node of graph.nodes) {
    b.budget.enter(node);
    const inner = mapSubgraphs(node, (body) => convertGraph(body, version, b.inner(body)));
    convertNode(inner, version, b);
  }
  return b.finish(graph);
}

function convertNode(node: Node, version: number, b: Rewriter): void {
  const rule = node.domain === '' ? ruleFor(node.op, version) : undefined;
  const plain = version < 6 && node.domain === '' ? withoutReuse(node) : node;
  if (rule === undefined) {
    checkArityInSet17(plain);
    b.append(plain);
  } else {
    checkArity(plain);
    rule.convert(new Conversion(plain, version, b));
  }
}

function ruleFor(op: string, version: number): Rule | undefined {
  return rules.get(op)?.find(({ before = Infinity, from = 0 }) => version < before && version >= from);
}

/** Before 6, nodes may state which inputs' memory they reuse. */
function withoutReuse(node: Node): Node {
  const attributes = new Map(node.attributes);
  attributes.delete('consumed_inputs');
  return { ...node, attributes };
}

function withoutOverrides({ origin, ...graph }: Graph): Graph {
  const rest = origin && remainder(GraphProtoSchema, origin, ['input']);
  return { ...graph, ...(rest && { origin: rest }) };
}
