import { check } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import type { Model } from '../../onnx/graph/graph.js';
import type { TrainingData } from './data.js';
import { fitKinds, type FitOptions } from './options.js';
import type { TrainingStep } from './state.js';

/**
 * Trains a model: its loss is differentiated by its weights as an ONNX graph, which runs in a worker thread, while this
 * thread prepares the next batch. The same model, data, options and number of threads give the same weights, also where
 * the run was killed in between and goes on from its checkpoint. An abort saves the state first. A run that goes on from
 * where it had ended gives its last step once more, so that whatever is done with that is done.
 *
 *     for await (const step of fit(model, data, { loss: crossEntropy(), optimizer: adam(), epochs: 10, batch: 4 })) {
 *       console.log(step.done, step.value);
 *       if (step.done === step.total) await writeFile('trained.onnx', encodeModel(step.model()));
 *     }
 *
 * @param model with its weights as constants of their own names, not folded into one another
 * @throws OneirosError `bad-argument` for options or samples that do not fit the model, or a checkpoint of another run;
 *   `unsupported` for an operator without a gradient; `runtime` where the loss or a gradient stops being finite
 */
export async function* fit(
  model: Model,
  data: TrainingData,
  options: FitOptions,
): AsyncGenerator<TrainingStep, void> {
  check('fit', { model: [model, kind.model], data: [data, kind.trainingData] }, options, fitKinds);
  // Pages load what trains with their first training run.
  const { train } = await import('./train.js');
  yield* train(model, data, options);
}
