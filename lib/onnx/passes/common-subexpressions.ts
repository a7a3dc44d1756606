import { bytesOf } from '../codec/tensor.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Attribute, Graph, Node, OpaqueTensor } from '../graph.js';
import { renameNode } from '../rename.js';
import { mapSubgraphs, subgraphsOf } from '../subgraphs.js';
import { isDeterministic, isSameList, withGraph, type Pass } from './pass.js';

/**
 * Computes once what is computed several times:
 * - constants with the same type, dimensions and elements become one
 * - of nodes with the same operator, inputs and attributes the first serves all, unless the operator is random or
 *   holds graphs; a node that makes an output of the graph stays
 */
export const eliminateCommonSubexpressions: Pass = (model) => withGraph(model, merge(model.graph));

function merge(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const alias = mergeConstants(graph, outputs);
  const first = new Map<string, Node>();
  const ids = new Map<object, number>();
  const nodes = graph.nodes.flatMap((original): Node[] => {
    const renamed = alias.size === 0 ? original : renameNode(original, (name) => alias.get(name) ?? name);
    if (subgraphsOf(renamed).length > 0) return [mapSubgraphs(renamed, merge)];
    if (!isDeterministic(renamed.op) || renamed.outputs.some((name) => outputs.has(name))) return [renamed];
    const key = keyOf(renamed, ids);
    const twin = first.get(key);
    if (twin === undefined) {
      first.set(key, renamed);
      return [renamed];
    }
    renamed.outputs.forEach((name, i) => alias.set(name, twin.outputs[i]!));
    return [];
  });
  if (alias.size === 0 && isSameList(nodes, graph.nodes)) return graph;
  const initializers = new Map([...graph.initializers].filter(([name]) => !alias.has(name)));
  return { ...graph, nodes, initializers };
}

/** The name that stands for each constant that is there before under another. */
function mergeConstants(graph: Graph, outputs: ReadonlySet<string>): Map<string, string> {
  const alike = new Map<string, string[]>();
  const alias = new Map<string, string>();
  for (const [name, constant] of graph.initializers) {
    if (outputs.has(name) || constant.dtype === 'opaque' || constant.dtype === 'string') continue;
    const key = `${constant.dtype} ${constant.dims.join()} ${Array.from<number | bigint>(constant.data.slice(0, 8)).join()}`;
    const candidates = alike.get(key) ?? [];
    const twin = candidates.find((other) => isSameConstant(constant, graph.initializers.get(other)));
    if (twin === undefined) alike.set(key, [...candidates, name]);
    else alias.set(name, twin);
  }
  return alias;
}

function isSameConstant(a: Tensor, b: Tensor | OpaqueTensor | undefined): boolean {
  if (a === b) return true;
  if (b === undefined || b.dtype === 'opaque' || a.dtype === 'string' || b.dtype === 'string') return false;
  const [x, y] = [bytesOf(a), bytesOf(b)];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return x.length === y.length;
}

function keyOf(node: Node, ids: Map<object, number>): string {
  const { op, domain, inputs, outputs, attributes, origin } = node;
  const settings = [...attributes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, attribute]) => [name, attribute.type, plain(attribute, ids)]);
  const overload = origin?.overload ?? '';
  return JSON.stringify([domain, op, overload, inputs, outputs.map((name) => name === ''), settings]);
}

/** Anything that is equal for equal values; what is not compared stands for itself. */
function plain(attribute: Attribute, ids: Map<object, number>): unknown {
  switch (attribute.type) {
    case 'int':
      return String(attribute.value);
    case 'ints':
      return attribute.value.map(String);
    case 'float':
    case 'floats':
    case 'string':
    case 'strings':
      // JSON has no NaN, infinities or negative zero.
      return [attribute.value].flat().map((value) => (Object.is(value, -0) ? '-0' : String(value)));
    default: {
      const id = ids.get(attribute.value) ?? ids.size;
      ids.set(attribute.value, id);
      return id;
    }
  }
}
