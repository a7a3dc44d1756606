// Runs a model in ONNX Runtime on the CPU, with one thread.
import { encodeModel, type Model } from '../../../lib/api/onnx.js';
import { openSession, type Tensor } from '../../../lib/api/runtime.js';
import type { Reference } from './reference.js';

export type Feeds = Readonly<Record<string, Tensor>>;
/** The elements of each output. */
export type Results = readonly (readonly number[])[];

export async function run(model: Model, feeds: Feeds): Promise<Results> {
  await using session = await openSession(encodeModel(model), {
    isolation: 'none',
    provider: 'cpu',
    threads: 1,
  });
  const given = Object.fromEntries(session.inputs.map(({ name }) => [name, feeds[name]!]));
  const results = await session.run(given);
  return model.graph.outputs.map(({ name }) => Array.from(results[name]!.data, Number));
}

/** The outputs of floating-point numbers: an export has them first. */
export function floats({ graph }: Model, { cs }: Reference): readonly string[] {
  return graph.outputs.map(({ name }) => name).slice(0, cs.length);
}

/** A tensor for each output's cotangent, as `grad` names them. */
export function cotangents(outputs: readonly string[], cs: readonly Tensor[]): Feeds {
  return Object.fromEntries(outputs.map((each, i) => [`d_${each}`, cs[i]!]));
}
