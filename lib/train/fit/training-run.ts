import { resolveOptions } from '../../base/option-table.js';
import type { Model } from '../../onnx/graph/graph.js';
import { decodeState } from './checkpoint-format.js';
import { nameOf } from './checkpoint-store.js';
import { Batches, BatchQueue, type TrainingData } from './data.js';
import { Descent } from './descent.js';
import { type FitOptions, fitOptions } from './options.js';
import { Run } from './run-steps.js';
import { TrainingSession } from './training-session.js';
import type { TrainingStep } from './training-state.js';
import { planOf } from './when-due.js';

/** The steps of a training run. Throws as `fit` does. */
export async function* train(
  model: Model,
  data: TrainingData,
  options: FitOptions,
): AsyncGenerator<TrainingStep, void> {
  const settings = resolveOptions(fitOptions, options);
  const { augment, checkpoint, signal } = options;
  signal?.throwIfAborted();
  const batches = new Batches(data, { ...settings, augment });
  const plan = planOf(settings, data.length, options.recipe);
  const saved = await checkpoint?.load();
  const state = saved ? await decodeState(saved, plan.identity, nameOf(checkpoint)) : null;

  const queue = new BatchQueue(batches, (state?.step ?? 0) * settings.accumulate);
  await using session = new TrainingSession(model, options, options.placement ?? {});
  const graph = await session.prepare(await queue.peek(), state?.sizes, state !== null);
  const descent = new Descent(model, graph, options, settings);
  yield* new Run({ model, options, settings, plan, session, queue, descent }, state).steps();
}
