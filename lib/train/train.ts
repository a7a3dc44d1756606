import type { Model } from '../onnx/graph.js';
import { resolveOptions } from '../options.js';
import { float32 } from '../tensor/tensor.js';
import { decodeState, encodeState, type RunIdentity } from './checkpoint.js';
import { Batches, BatchQueue, type TrainingData } from './data.js';
import { Descent } from './descent.js';
import type { TrainingStep } from './fit.js';
import { fitOptions, type FitOptions, type FitSettings } from './options.js';
import { trained, type LearnedWeights } from './parameters.js';
import { TrainingSession } from './training-session.js';

/** A training run, from its options to its last update. Throws as `fit` does. */
export async function* train(
  model: Model,
  data: TrainingData,
  options: FitOptions,
): AsyncGenerator<TrainingStep, void> {
  const settings = resolveOptions(fitOptions, options);
  const { augment, signal, validate, checkpoint } = options;
  const batches = new Batches(data, { ...settings, augment });
  const steps = stepsOf(settings, data.length);
  const identity = { ...options.recipe, ...identityOf(settings, steps, data.length) };
  const saved = await checkpoint?.load();
  const state = saved ? await decodeState(saved, identity) : null;

  const begin = state?.step ?? 0;
  const queue = new BatchQueue(batches, begin * settings.accumulate);
  await using session = new TrainingSession(model, options, options.session ?? {});
  const graph = await session.prepare(await queue.peek(), state?.sizes, state !== null);
  const descent = new Descent(model, graph, options, settings, state);
  for (let step = begin + 1; step <= steps; step++) {
    signal?.throwIfAborted();
    const figures = await descent.step(session, queue, step, steps);
    if (checkpoint !== undefined && isDue(step, steps, settings.checkpointEvery, settings, data.length))
      await checkpoint.save(encodeState({ step, sizes: session.sizes, ...descent.state() }, identity));
    const current = () => trained(model, descent.learned());
    const due = validate !== undefined && isDue(step, steps, settings.validateEvery, settings, data.length);
    yield {
      step,
      steps,
      epoch: epochsAt(step, settings, data.length),
      ...figures,
      validation: due ? await validate(current()) : null,
      weights: () => copied(descent.learned()),
      model: () => trained(model, copied(descent.learned())),
    };
  }
}

function stepsOf({ steps, epochs, batch, accumulate }: FitSettings, samples: number): number {
  return steps > 0 ? steps : Math.ceil((epochs * samples) / (batch * accumulate));
}

function identityOf(settings: FitSettings, steps: number, samples: number): RunIdentity {
  const { batch, accumulate, shuffle, seed, clip } = settings;
  return { steps, samples, batch, accumulate, shuffle, seed, clip };
}

function epochsAt(step: number, { batch, accumulate }: FitSettings, samples: number): number {
  return (step * batch * accumulate) / samples;
}

/** Whether it is time for what is due every so many steps (0: where an epoch has ended), and at the end. */
function isDue(step: number, steps: number, every: number, settings: FitSettings, samples: number): boolean {
  if (step === steps) return true;
  if (every > 0) return step % every === 0;
  return Math.floor(epochsAt(step, settings, samples)) > Math.floor(epochsAt(step - 1, settings, samples));
}

function copied(weights: LearnedWeights): LearnedWeights {
  return new Map(Array.from(weights, ([name, { data, dims }]) => [name, float32(data.slice(), dims)]));
}
