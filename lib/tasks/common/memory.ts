import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import type { Size } from '../../image/image.js';
import type { Network } from '../../networks/network.js';
import { GraphBuilder } from '../../onnx/builder/graph-builder.js';
import { substitute } from '../../onnx/facts/dim.js';
import type { Dim, Model, Node, TensorType } from '../../onnx/graph/graph.js';
import { bytesPerElement, isNumeric } from '../../tensor/dtype.js';

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
  const numberOf = sizeAt(sizes);
  const bytes = (name: string) => (name === '' ? 0 : bytesOf(builder.value(name).type, numberOf));
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

/**
 * ONNX Runtime's arena takes more than the peak: it grows in powers of two and leaves gaps. Measured on gradients of
 * VGG-19 and GoogLeNet, it took 1.3 to 1.8 times the peak.
 */
const arenaFactor = 2;

/** Estimates how many bytes a session takes for its runs at the given sizes. */
export function sessionBytes(model: Model, sizes: SymbolSizes): number {
  return arenaFactor * peakBytes(model, sizes);
}

function bytesOf(type: TensorType | null, numberOf: (dim: Dim) => number): number {
  if (!type?.shape || !isNumeric(type.dtype)) return 0;
  return type.shape.reduce<number>((product, dim) => product * numberOf(dim), bytesPerElement(type.dtype));
}

/** A dimension as a number; 0 if it is unknown. Parses each of the few different expressions of a graph once. */
function sizeAt(sizes: SymbolSizes): (dim: Dim) => number {
  const known = new Map<Dim, number>();
  return (dim) => {
    const before = known.get(dim);
    if (before !== undefined) return before;
    const size = substitute(dim, (symbol) => own(sizes, symbol));
    const number = typeof size === 'number' ? Math.max(size, 0) : 0;
    known.set(dim, number);
    return number;
  };
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

/** The sizes of the symbols of a network's image input, for a picture. */
export function imageSizes({ model, image }: Network, { width, height }: Size): SymbolSizes {
  const shape = model.graph.inputs.find(({ name }) => name === image)?.type?.shape ?? [];
  const [rows, columns] = shape.slice(-2);
  return {
    ...(typeof rows === 'string' && { [rows]: height }),
    ...(typeof columns === 'string' && { [columns]: width }),
  };
}

/** The size in bytes of float32 RGB pictures. */
export function pictureBytes({ width, height }: Size, pictures: number): number {
  return 12 * width * height * pictures;
}

/**
 * Refuses work that needs more memory than the limit.
 * @param needed bytes
 * @param limit bytes; Infinity allows everything
 * @param remedy what the caller can do, to end the sentence
 * @throws OneirosError `too-large` if `needed` is over `limit`
 */
export function requireMemory(needed: number, limit: number, { width, height }: Size, remedy: string): void {
  if (needed > limit)
    throw new OneirosError(
      'too-large',
      `${width}×${height} pixels would take about ${gigabytes(needed)}, more than the ${gigabytes(limit)} available; ${remedy}`,
    );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}
