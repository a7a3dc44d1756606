import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model, Node } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import { random } from '../../lib/tensor/random.js';
import { float32, type Tensor, tensor } from '../../lib/tensor/tensor.js';

/** Runs a model once, in this thread. */
export async function compute(
  model: Model,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  await using session = await openSession(encodeModel(model), { isolation: 'none', threads: 1 });
  return await session.run(feeds);
}

/** The numbers of one of the results. */
export function numbersOf(results: Readonly<Record<string, Tensor>>, name: string): readonly number[] {
  return Array.from<number | bigint | string, number>(results[name]?.data ?? [], Number);
}

/** Standard normal noise; the same for the same seed. */
export function noise(seed: number, ...dims: number[]): Tensor {
  const r = random(seed);
  return float32(
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => r.normal()),
    dims,
  );
}

/** The same in double precision. */
export function noise64(seed: number, ...dims: number[]): Tensor {
  const r = random(seed);
  return tensor(
    'float64',
    Float64Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => r.normal()),
    dims,
  );
}

/** How many nodes of each operator a model has. */
export function operators({ graph }: Model): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { op } of graph.nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

/** Nodes with no used result, and constants that nothing uses. */
export function unused({ graph }: Model): readonly string[] {
  const used = new Set([
    ...graph.nodes.flatMap((node) => node.inputs),
    ...graph.outputs.map((output) => output.name),
  ]);
  const made = [
    ...graph.nodes.map((node) => node.outputs),
    ...[...graph.initializers.keys()].map((name) => [name]),
  ];
  return made.filter((names) => !names.some((name) => used.has(name))).map(([name]) => name ?? '');
}

/** Nodes that compute what another node has computed already. */
export function repeated({ graph }: Model): readonly string[] {
  const seen = new Set<string>();
  return graph.nodes.filter((node) => seen.size === seen.add(keyOf(node)).size).map(({ name }) => name);
}

function keyOf({ op, inputs, attributes }: Node): string {
  const values = [...attributes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([op, inputs, values], (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
}
