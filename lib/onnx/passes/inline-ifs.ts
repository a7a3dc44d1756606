import { Rewriter } from '../builder/rewriter.js';
import { attr } from '../graph/attributes.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Model, Node } from '../graph/graph.js';
import { freshCopy, short } from '../graph/rename.js';
import { constantNode, identityNode } from '../graph/simple-nodes.js';
import { allNamesOf, mapSubgraphs, subgraphsOf } from '../graph/subgraphs.js';
import { withGraph } from './pass.js';

/**
 * Replaces each If whose condition is known before the graph runs by the branch that it takes. For models of operator
 * set 17.
 */
export function inlineIfs(model: Model, budget = Budget.for(model)): Model {
  if (!hasIf(model.graph)) return model;
  const b = new Rewriter(model.graph, allNamesOf(model.graph), budget);
  const { graph, count } = inlined(model.graph, b);
  return count === 0 ? model : withGraph(model, graph);
}

function hasIf({ nodes }: Graph): boolean {
  return nodes.some((node) => isIf(node) || subgraphsOf(node).some(hasIf));
}

function isIf({ domain, op }: Node): boolean {
  return domain === '' && op === 'If';
}

function inlined(graph: Graph, b: Rewriter): { readonly graph: Graph; readonly count: number } {
  let count = 0;
  const inside = (body: Graph) => {
    const inner = inlined(body, b.inner(body));
    count += inner.count;
    return inner.count === 0 ? body : inner.graph;
  };
  for (const node of graph.nodes) {
    b.budget.enter(node);
    const branch = branchTaken(node, b);
    if (branch === null) b.append(mapSubgraphs(node, inside));
    else {
      count++;
      writeOut(node, inside(branch), b);
    }
  }
  return { graph: b.finish(graph), count };
}

/** The branch of an If whose condition is known, which is the only one that must make sense; otherwise `null`. */
export function branchTaken(node: Node, b: Rewriter): Graph | null {
  const [condition = ''] = node.inputs;
  if (!isIf(node) || !b.has(condition)) return null;
  const { content, constant } = b.value(condition);
  const holds = content?.[0] ?? constant?.data[0];
  if (typeof holds !== 'number') return null;
  return attr.graph(node, holds === 1 ? 'then_branch' : 'else_branch');
}

/** Adds the nodes of the branch that is taken instead of the If. */
export function writeOut(node: Node, branch: Graph, b: Rewriter): void {
  const prefix = short(node.name || (node.outputs.find((name) => name !== '') ?? node.op));
  const copy = freshCopy(branch, (name) => b.fresh(`${prefix}/${short(name)}`));
  for (const [name, constant] of copy.initializers) b.append(constantNode(name, constant));
  for (const inner of copy.nodes)
    b.append({ ...inner, name: b.fresh(`${prefix}/${short(inner.name || inner.op)}`) });
  for (const [i, output] of node.outputs.entries())
    if (output !== '') b.append(identityNode(copy.outputs[i]?.name ?? '', output));
}
