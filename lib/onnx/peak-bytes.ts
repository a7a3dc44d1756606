import { own } from '../base/own.js';
import { bytesPerElement, isNumeric } from '../tensor/dtype.js';
import { GraphBuilder } from './builder/graph-builder.js';
import { substitute } from './facts/dim.js';
import type { Model, Node, TensorType } from './graph/graph.js';

/** Sizes by symbol: `{ height: 384, width: 512 }`. */
export type SymbolSizes = Readonly<Record<string, number>>;

/**
 * Estimates how many bytes one run of a model takes at the given sizes: its constants plus the peak of live values.
 * Nodes run in order and every value is freed after its last use, as in ONNX Runtime. Values whose size shape inference
 * cannot determine count as 0.
 */
export function peakBytes(model: Model, sizes: SymbolSizes): number {
  const { nodes, inputs, initializers } = model.graph;
  const builder = new GraphBuilder();
  builder.load(model.graph);
  const sizeOf = (symbol: string) => own(sizes, symbol);
  const bytes = (name: string) => (name === '' ? 0 : bytesOf(builder.value(name).type, sizeOf));
  const expiring = lastUses(nodes);
  const kept = new Set([...initializers.keys(), ...model.graph.outputs.map(({ name }) => name)]);

  let alive = [...initializers.keys(), ...inputs.map(({ name }) => name)].reduce(
    (sum, name) => sum + bytes(name),
    0,
  );
  let peak = alive;
  for (const node of nodes) {
    for (const name of node.outputs) alive += bytes(name);
    peak = Math.max(peak, alive);
    for (const name of expiring.get(node) ?? []) if (!kept.has(name)) alive -= bytes(name);
  }
  return peak;
}

/** The size of a tensor in bytes; 0 if it is not known. */
export function bytesOf(type: TensorType | null, sizeOf: (symbol: string) => number | undefined): number {
  if (!type?.shape || !isNumeric(type.dtype)) return 0;
  let product = bytesPerElement(type.dtype);
  for (const dim of type.shape) {
    const size = substitute(dim, sizeOf);
    if (typeof size !== 'number') return 0;
    product *= Math.max(size, 0);
  }
  return product;
}

/** The names that each node is the last to use, or that it outputs and no node uses. */
function lastUses(nodes: readonly Node[]): ReadonlyMap<Node, readonly string[]> {
  const lastUser = new Map<string, Node>();
  for (const node of nodes) for (const name of [...node.inputs, ...node.outputs]) lastUser.set(name, node);
  const expiring = new Map<Node, string[]>();
  for (const [name, node] of lastUser) {
    const names = expiring.get(node);
    if (names === undefined) expiring.set(node, [name]);
    else names.push(name);
  }
  return expiring;
}
