import { bytesPerElement, isNumeric } from '../tensor/dtype.js';
import { GraphBuilder } from './builder/graph-builder.js';
import { substitute } from './facts/dim.js';
import type { Dim, Model, Node, TensorType } from './graph/graph.js';

/**
 * When the values of a graph come and go: what is needed to tell the memory of a run at any size. Plain data, which can
 * be sent and stored. Values whose size shape inference cannot determine are left out.
 */
export interface MemoryPlan {
  /** The different types of values: the bytes of an element, then the sizes of the axes. */
  readonly types: readonly (readonly Dim[])[];
  /** Constants and inputs, by the index of their type. */
  readonly begin: readonly number[];
  /** For each node: the types of its results, and of the values that are freed after it. */
  readonly steps: readonly (readonly [made: readonly number[], freed: readonly number[]])[];
}

/** Nodes run in order and every value is freed after its last use, as in ONNX Runtime. */
export function memoryPlan(model: Model): MemoryPlan {
  const { nodes, inputs, outputs, initializers } = model.graph;
  const builder = new GraphBuilder();
  builder.load(model.graph);
  const types: (readonly Dim[])[] = [];
  const indices = new Map<string, number>();
  const typesOf = (names: readonly string[]): readonly number[] =>
    names.flatMap((name) => {
      const type = name === '' ? null : plain(builder.value(name).type);
      if (type === null) return [];
      const key = type.join();
      const index = indices.get(key) ?? types.push(type) - 1;
      indices.set(key, index);
      return [index];
    });

  const expiring = lastUses(nodes);
  const kept = new Set([...initializers.keys(), ...outputs.map(({ name }) => name)]);
  const begin = typesOf([...initializers.keys(), ...inputs.map(({ name }) => name)]);
  const steps = nodes.map((node) => {
    const freed = (expiring.get(node) ?? []).filter((name) => !kept.has(name));
    return [typesOf(node.outputs), typesOf(freed)] as const;
  });
  return { types, begin, steps };
}

/** The largest number of bytes that are in use at once, with the sizes of the symbols. */
export function peakOf(
  { types, begin, steps }: MemoryPlan,
  sizeOf: (symbol: string) => number | undefined,
): number {
  const known = new Map<Dim, number>();
  const numberOf = (dim: Dim): number => {
    const number = known.get(dim) ?? numberAt(dim, sizeOf);
    known.set(dim, number);
    return number;
  };
  const bytes = types.map((dims) => product(dims, numberOf));
  const total = (indices: readonly number[]) => indices.reduce((sum, index) => sum + (bytes[index] ?? 0), 0);
  let alive = total(begin);
  let peak = alive;
  for (const [made, freed] of steps) {
    alive += total(made);
    peak = Math.max(peak, alive);
    alive -= total(freed);
  }
  return peak;
}

/** The size of a tensor in bytes; 0 if it is not known. */
export function bytesOf(type: TensorType | null, sizeOf: (symbol: string) => number | undefined): number {
  const dims = plain(type);
  return dims === null ? 0 : product(dims, (dim) => numberAt(dim, sizeOf));
}

function plain(type: TensorType | null): readonly Dim[] | null {
  return type?.shape && isNumeric(type.dtype) ? [bytesPerElement(type.dtype), ...type.shape] : null;
}

function product(dims: readonly Dim[], numberOf: (dim: Dim) => number): number {
  return dims.reduce<number>((total, dim) => total * numberOf(dim), 1);
}

/** 0 if the size is unknown. */
function numberAt(dim: Dim, sizeOf: (symbol: string) => number | undefined): number {
  const size = substitute(dim, sizeOf);
  return typeof size === 'number' ? Math.max(size, 0) : 0;
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
