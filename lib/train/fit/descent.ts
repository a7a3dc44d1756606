import { OneirosError } from '../../base/errors.js';
import type { Model } from '../../onnx/graph/graph.js';
import { allFinite } from '../../optim/objective.js';
import type { Updater } from '../../optim/update-rule.js';
import { dot, scale } from '../../optim/vector.js';
import type { TrainingGraph } from '../graph/graph.js';
import { type LearnedWeights, ParameterVector } from '../graph/parameters.js';
import type { BatchQueue } from './data.js';
import type { FitOptions, FitSettings } from './options.js';
import { constant } from './schedule.js';
import type { BatchResult, TrainingSession } from './training-session.js';
import type { StepFigures, TrainingState } from './training-state.js';

/** The weights, the running statistics and the optimizer's state of a run. */
export class Descent {
  readonly #weights: ParameterVector;
  readonly #statistics: ParameterVector;
  #updater: Updater;
  readonly #gradient: Float32Array;

  /** Starts with the model's weights. */
  constructor(
    model: Model,
    graph: TrainingGraph,
    private readonly options: FitOptions,
    private readonly settings: FitSettings,
  ) {
    this.#weights = new ParameterVector(model, graph.weights);
    this.#statistics = new ParameterVector(
      model,
      graph.statistics.map(({ name }) => name),
    );
    this.#updater = options.optimizer.start(this.#weights.values.length);
    this.#gradient = new Float32Array(this.#weights.values.length);
  }

  /**
   * Resumes from a saved state.
   * @throws OneirosError `bad-input` or `bad-argument` for the state of another model or optimizer
   */
  restore({ learned, optimizer }: TrainingState): void {
    for (const part of [this.#weights, this.#statistics]) part.restore(learned);
    this.#updater = this.options.optimizer.start(this.#weights.values.length, optimizer);
  }

  /** The weights and statistics, as views of this memory: they change with the next step. */
  learned(): LearnedWeights {
    return new Map([...this.#weights.views(), ...this.#statistics.views()]);
  }

  state(): Pick<TrainingState, 'learned' | 'optimizer'> {
    return { learned: this.learned(), optimizer: this.#updater.state() };
  }

  async step(session: TrainingSession, queue: BatchQueue, step: number, steps: number): Promise<StepFigures> {
    const { schedule = constant(), optimizer } = this.options;
    const { loss, metrics } = await this.#gather(session, queue);
    const gradient = this.#gradient;
    if (!allFinite({ value: loss, gradient })) throw diverged(loss, step);
    const gradientNorm = Math.sqrt(dot(gradient, gradient));
    const { clip } = this.settings;
    if (clip > 0 && gradientNorm > clip) scale(gradient, clip / gradientNorm, gradient);
    const factor = schedule(step - 1, steps);
    this.#updater.update(this.#weights.values, gradient, factor);
    return { loss, metrics, learningRate: factor * optimizer.rate(step - 1), gradientNorm };
  }

  /** Accumulates the mean gradient of a step's batches; returns the means of the loss and the metrics. */
  async #gather(session: TrainingSession, queue: BatchQueue): Promise<Pick<StepFigures, 'loss' | 'metrics'>> {
    const { accumulate } = this.settings;
    const share = 1 / accumulate;
    this.#gradient.fill(0);
    let loss = 0;
    const metrics = new Map<string, number>();
    for (let i = 0; i < accumulate; i++) {
      const batch = await queue.next();
      const running = session.run(batch, this.#weights.views());
      queue.prepare();
      const result = await running;
      loss += share * result.loss;
      for (const [name, value] of Object.entries(result.metrics))
        metrics.set(name, (metrics.get(name) ?? 0) + share * value);
      this.#weights.add(this.#gradient, result.gradientOf, share);
      this.#updateStatistics(result.statistics);
    }
    return { loss, metrics: Object.fromEntries(metrics) };
  }

  /** Moves running statistics toward those of the batch. */
  #updateStatistics(statistics: BatchResult['statistics']): void {
    const running = this.#statistics.views();
    for (const { name, value, share } of statistics) {
      const { data } = running.get(name)!;
      if (value?.dtype !== 'float32' || value.data.length !== data.length)
        throw new OneirosError('runtime', `the training graph returned no value of the size of "${name}"`);
      for (let i = 0; i < data.length; i++) data[i] = (1 - share) * data[i]! + share * value.data[i]!;
    }
  }
}

function diverged(loss: number, step: number): OneirosError {
  const what = Number.isFinite(loss) ? 'gradient is not finite' : `loss is ${loss}`;
  return new OneirosError(
    'runtime',
    `the ${what} at step ${step}: use a lower learning rate, a warm-up, or gradient clipping`,
  );
}
