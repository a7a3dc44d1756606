import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Model } from '../../onnx/graph/graph.js';
import type { TrainingData } from './data.js';
import { fitKinds, type FitOptions } from './options.js';
import type { TrainingStep } from './training-state.js';

/**
 * Trains a model. The gradient of its loss by its weights is an ONNX graph, which runs in a worker thread while this
 * thread prepares the next batch. The same model, data, options and number of threads give the same weights, even if
 * the run was killed and resumed from its checkpoint. An abort saves the state first. A run that resumes after its last
 * step yields that step again, so that callers can still use it.
 *
 *     for await (const step of fit(model, data, { loss: crossEntropy(), optimizer: adam(), epochs: 10, batch: 4 })) {
 *       console.log(step.done, step.value);
 *       if (step.done === step.total) await writeFile('trained.onnx', encodeModel(step.model()));
 *     }
 *
 * @param model with its weights as separate, named constants, not folded
 * @throws OneirosError `bad-argument` for options or samples that do not fit the model, or a checkpoint of another run;
 *   `unsupported` for an operator without a gradient; `runtime` if the loss or the gradient is not finite
 */
export async function* fit(
  model: Model,
  data: TrainingData,
  options: FitOptions,
): AsyncGenerator<TrainingStep, void> {
  check('fit', { model: [model, kind.model], data: [data, kind.trainingData] }, options, fitKinds);
  // Lazy: pages load the training code only if needed.
  const { train } = await import('./training-run.js');
  yield* train(model, data, options);
}
