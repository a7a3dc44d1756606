import { isSameList } from '../../base/same-list.js';
import type { NumericTensor } from '../../tensor/tensor.js';
import { bytesOf } from '../codec/tensor.js';
import type { Attribute, Graph, Node } from '../graph/graph.js';
import { renameNode } from '../graph/rename.js';
import { mapSubgraphs, subgraphsOf } from '../graph/subgraphs.js';
import { isDeterministic, type Pass, withGraph } from './pass.js';

/**
 * Computes once what is computed several times:
 * - constants with the same type, dimensions and elements become one
 * - nodes with the same operator, inputs and attributes become the first of them, unless the operator is random or has
 *   subgraphs; a node that makes an output of the graph stays
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

/** Maps the name of each repeated constant to the name of its first occurrence. */
function mergeConstants(graph: Graph, outputs: ReadonlySet<string>): Map<string, string> {
  const alike = new Map<string, (readonly [name: string, constant: NumericTensor])[]>();
  for (const [name, constant] of graph.initializers) {
    if (outputs.has(name) || constant.dtype === 'opaque' || constant.dtype === 'string') continue;
    const key = `${constant.dtype} ${constant.dims.join()} ${constant.data.subarray(0, 8).join()}`;
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [[name, constant]]);
    else group.push([name, constant]);
  }
  const alias = new Map<string, string>();
  for (const group of alike.values()) if (group.length > 1) mergeAlike(group, alias);
  return alias;
}

/** Reads each of several constants that begin alike once, and compares it with the first that has its checksum. */
function mergeAlike(
  group: readonly (readonly [name: string, constant: NumericTensor])[],
  alias: Map<string, string>,
): void {
  const firsts = new Map<number, readonly [name: string, bytes: Uint8Array]>();
  for (const [name, constant] of group) {
    const bytes = bytesOf(constant);
    const sum = checksum(bytes);
    const first = firsts.get(sum);
    if (first === undefined) firsts.set(sum, [name, bytes]);
    else if (isSame(first[1], bytes)) alias.set(name, first[0]);
  }
}

/** FNV-1a (Fowler, Noll and Vo) of 32 bits, for whole words where they are aligned. */
function checksum(bytes: Uint8Array): number {
  const { buffer, byteOffset, length } = bytes;
  const words = byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, length >> 2) : new Int32Array();
  let sum = 0x811c9dc5;
  for (const word of words) sum = Math.imul(sum ^ word, 0x01000193);
  for (let i = words.byteLength; i < length; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  return sum;
}

function isSame(x: Uint8Array, y: Uint8Array): boolean {
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

/** A key that is equal for equal values; tensors and other objects are equal only to themselves. */
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
