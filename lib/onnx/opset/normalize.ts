import { check } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { Budget } from '../budget.js';
import { type Graph, type Model, type Node, OPSET } from '../graph.js';
import { inlineFunctions } from '../passes/inline-functions.js';
import { remainder } from '../proto/message.js';
import { GraphProtoSchema } from '../proto/onnx_pb.js';
import { checkArity, checkArityInSet17 } from '../shapes/requirements/arity.js';
import { allNamesOf, mapSubgraphs } from '../subgraphs.js';
import { families } from './families.js';
import { Rewriter } from './rewriter.js';
import { Conversion, type Rule } from './rule.js';

/** The newest operator set whose changes these rules know. */
const newest = 28;
/** The version of the file format that came with operator set 17. */
const format = 8;

const rules: ReadonlyMap<string, readonly Rule[]> = new Map(Object.values(families).flatMap(Object.entries));

/**
 * The model at operator set 17, of simple operators: nodes of older and newer operator sets are said in terms of 17,
 * calls of the model's own functions are replaced by their bodies, and operators that are compositions (Gelu, Mish,
 * GroupNormalization …) are taken apart. Operators of other domains stay as they are. Names of values stay. What was
 * listed as an input for having a default is a constant from here on.
 * @throws OneirosError `unsupported` naming the node and its version where that cannot be expressed at 17; `bad-input` and
 *   `too-large` as `inlineFunctions` and `inferNode`
 */
export function normalizeOpset(model: Model): Model {
  check('normalizeOpset', { model: [model, kind.model] });
  return normalized(model, Budget.for(model));
}

/** `normalizeOpset` on the budget of a greater task. */
export function normalized(model: Model, budget: Budget): Model {
  const inlined = inlineFunctions(model, budget);
  const version = inlined.opsets.get('') ?? OPSET;
  if (version > newest)
    throw new OneirosError(
      'unsupported',
      `the model uses operator set ${version}; the newest known here is ${newest}`,
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

/** Before 6 nodes could say which inputs' memory they take over. */
function withoutReuse(node: Node): Node {
  const attributes = new Map(node.attributes);
  attributes.delete('consumed_inputs');
  return { ...node, attributes };
}

function withoutOverrides({ origin, ...graph }: Graph): Graph {
  const rest = origin && remainder(GraphProtoSchema, origin, ['input']);
  return { ...graph, ...(rest && { origin: rest }) };
}
