import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { inLowestOpset } from '../builder/lowest-opset.js';
import { Rewriter } from '../builder/rewriter.js';
import { Budget } from '../graph/budget.js';
import { type Graph, type Model, type Node, OPSET } from '../graph/graph.js';
import { sinceOf } from '../graph/newer-forms.js';
import { formatOf } from '../graph/raise-opset.js';
import { allNamesOf, mapSubgraphs } from '../graph/subgraphs.js';
import { inlineWithVersions } from '../passes/inline-functions.js';
import { branchTaken, writeOut } from '../passes/inline-ifs.js';
import { remainder } from '../proto/message.js';
import { GraphProtoSchema } from '../proto/onnx_pb.js';
import { checkArity, checkArityInSet17 } from '../shapes/requirements/arity.js';
import { families } from './families.js';
import { Conversion, type Rule } from './rule.js';

/** The newest operator set that these rules cover. */
const newest = 28;

const rules: ReadonlyMap<string, readonly Rule[]> = new Map(Object.values(families).flatMap(Object.entries));

/**
 * Converts a model to operator set 17 and simple operators: nodes of older and newer operator sets are expressed in 17,
 * calls of functions that the model defines are replaced by their bodies, an If whose condition is known by its branch,
 * and operators that are compositions (Gelu, Mish, GroupNormalization …) by their parts. Nodes that 17 cannot express stay as they are; the result is then a model
 * of the lowest operator set that has them all. Operators of other domains and names of values stay. An input with a
 * default becomes a constant.
 * @throws OneirosError `unsupported` naming a node of an older operator set that cannot be expressed, or the version of
 *   a set that is newer than 28; `bad-input` and `too-large` as `inlineFunctions` and `inferNode`
 */
export function normalizeOpset(model: Model): Model {
  check('normalizeOpset', { model: [model, kind.model] });
  const budget = Budget.for(model);
  return inLowestOpset(normalized(model, budget), budget);
}

/**
 * The form in which the library works on models: operator set 17, except for the nodes that 17 cannot express, which
 * stay as they are. It declares 17; `inLowestOpset` makes a valid model of it.
 */
export function normalized(model: Model, budget: Budget): Model {
  const { model: inlined, versions } = inlineWithVersions(model, budget);
  const version = inlined.opsets.get('') ?? OPSET;
  for (const each of [version, ...versions.values()])
    if (each > newest)
      throw new OneirosError(
        'unsupported',
        `the model uses operator set ${each}; the newest supported is ${newest}`,
      );
  const convert = new Converter((node) => versions.get(node) ?? version);
  const graph = convert.graph(inlined.graph, new Rewriter(inlined.graph, allNamesOf(inlined.graph), budget));
  return {
    ...inlined,
    graph: withoutOverrides(graph),
    opsets: new Map(inlined.opsets).set('', OPSET),
    irVersion: formatOf(OPSET),
  };
}

class Converter {
  constructor(readonly versionOf: (node: Node) => number) {}

  graph(graph: Graph, b: Rewriter): Graph {
    for (const node of graph.nodes) {
      b.budget.enter(node);
      // The other branch may contradict the shapes.
      const branch = branchTaken(node, b);
      if (branch !== null) {
        writeOut(node, this.graph(branch, b.inner(branch)), b);
        continue;
      }
      const inner = mapSubgraphs(node, (body) => this.graph(body, b.inner(body)));
      convertNode(inner, this.versionOf(node), b);
    }
    return b.finish(graph);
  }
}

function convertNode(node: Node, version: number, b: Rewriter): void {
  const rule = node.domain === '' ? ruleFor(node.op, version) : undefined;
  const plain = version < 6 && node.domain === '' ? withoutReuse(node) : node;
  const typeOf = (name: string) => (b.has(name) ? b.value(name).type : null);
  if (rule === undefined) {
    if (version > OPSET) checkArity(plain);
    else checkArityInSet17(plain);
    b.append(plain);
    return;
  }
  checkArity(plain);
  try {
    rule.convert(new Conversion(plain, version, b));
  } catch (error) {
    // A form that came after 17 stays; otherwise the error is about one that 17 had before, or that no set has.
    const isUnsupported = error instanceof OneirosError && error.code === 'unsupported';
    if (!isUnsupported || version <= OPSET || sinceOf(plain, typeOf) <= OPSET) throw error;
    b.append(plain);
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
