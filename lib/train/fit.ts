import { OneirosError } from '../errors.js';
import { resolveOptions, type OptionValues } from '../options.js';
import { allFinite } from '../optim/objective.js';
import type { Updater } from '../optim/update-rule.js';
import { dot } from '../optim/vector.js';
import type { Model } from '../onnx/graph.js';
import { float32 } from '../tensor/tensor.js';
import { Batches, type Sample, type TrainingData } from './data.js';
import { gradientPrefix } from './graph.js';
import { fitOptions, type FitOptions } from './options.js';
import { ParameterVector, trained, type LearnedWeights } from './parameters.js';
import { constant } from './schedule.js';
import { TrainingSession } from './training-session.js';

/** The state after an update. */
export interface TrainingStep {
  /** Updates done, of how many. */
  readonly step: number;
  readonly steps: number;
  /** How often each sample has been seen so far: 1.5 in the middle of the second epoch. */
  readonly epoch: number;
  /** The loss of this step's samples, and the other figures of the graph, by the weights before the update. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Euclidean length of the gradient, before clipping. */
  readonly gradientNorm: number;
  /** What `validate` gave, after those steps that it was asked for. */
  readonly validation: Readonly<Record<string, number>> | null;
  /** A copy of what has been learned so far. */
  readonly weights: () => LearnedWeights;
  /** The model that was given, with these weights. */
  readonly model: () => Model;
}

/**
 * Trains a model: its loss is differentiated by its weights as an ONNX graph, which runs in a worker thread, while this
 * thread prepares the next batch. The same model, data, options and number of threads give the same weights.
 *
 *     for await (const step of fit(model, data, { loss: crossEntropy(), optimizer: adam(), epochs: 10, batch: 4 })) {
 *       console.log(step.step, step.loss);
 *       if (step.step === step.steps) await writeFile('trained.onnx', encodeModel(step.model()));
 *     }
 *
 * @param model with its weights as constants of their own names, not folded into one another
 * @throws OneirosError `bad-argument` for options or samples that do not fit the model; `unsupported` for an operator
 *   without a gradient; `runtime` where the loss or a gradient stops being finite
 */
export async function* fit(
  model: Model,
  data: TrainingData,
  options: FitOptions,
): AsyncGenerator<TrainingStep, void> {
  const settings = resolveOptions(fitOptions, options);
  const { augment, signal, validate } = options;
  const batches = new Batches(data, { ...settings, augment });
  await using session = new TrainingSession(model, options, options.session ?? {});
  const queue = new BatchQueue(batches, 0);
  const first = await queue.peek();
  const { weights: names } = await session.prepare(first);
  const parameters = new ParameterVector(model, names);
  const descent = new Descent(parameters, options, settings, data.length);
  for (let step = 1; step <= descent.steps; step++) {
    signal?.throwIfAborted();
    const figures = await descent.step(session, queue, step);
    const due = step === descent.steps || isDue(step, settings, data.length);
    const weights = () => copied(parameters.views());
    const current = () => trained(model, weights());
    yield {
      step,
      steps: descent.steps,
      epoch: epochsAt(step, settings, data.length),
      ...figures,
      validation: due && validate !== undefined ? await validate(current()) : null,
      weights,
      model: current,
    };
  }
}

type Settings = OptionValues<typeof fitOptions>;
type Figures = Pick<TrainingStep, 'loss' | 'metrics' | 'learningRate' | 'gradientNorm'>;

/** The weights on their way. */
class Descent {
  readonly steps: number;
  readonly #updater: Updater;
  readonly #gradient: Float32Array;

  constructor(
    private readonly parameters: ParameterVector,
    private readonly options: FitOptions,
    private readonly settings: Settings,
    samples: number,
  ) {
    const { epochs, steps, batch, accumulate } = settings;
    this.steps = steps > 0 ? steps : Math.ceil((epochs * samples) / (batch * accumulate));
    this.#updater = options.optimizer.start(parameters.values.length);
    this.#gradient = new Float32Array(parameters.values.length);
  }

  async step(session: TrainingSession, queue: BatchQueue, step: number): Promise<Figures> {
    const { schedule = constant(), optimizer } = this.options;
    const { loss, metrics } = await this.#gather(session, queue);
    const gradient = this.#gradient;
    if (!allFinite({ value: loss, gradient })) throw diverged(loss, step);
    const gradientNorm = Math.sqrt(dot(gradient, gradient));
    const { clip } = this.settings;
    if (clip > 0 && gradientNorm > clip)
      for (let i = 0; i < gradient.length; i++) gradient[i]! *= clip / gradientNorm;
    const factor = schedule(step - 1, this.steps);
    this.#updater.update(this.parameters.values, gradient, factor);
    return { loss, metrics, learningRate: factor * optimizer.rate(step - 1), gradientNorm };
  }

  /** Adds up the gradients of a step's batches; gives the means of the loss and of the metrics. */
  async #gather(session: TrainingSession, queue: BatchQueue): Promise<Pick<Figures, 'loss' | 'metrics'>> {
    const { accumulate } = this.settings;
    const share = 1 / accumulate;
    this.#gradient.fill(0);
    let loss = 0;
    const metrics: Record<string, number> = {};
    for (let i = 0; i < accumulate; i++) {
      const batch = await queue.next();
      const running = session.run(batch, this.parameters.views());
      queue.prepare();
      const result = await running;
      loss += share * result.loss;
      for (const [name, value] of Object.entries(result.metrics))
        metrics[name] = (metrics[name] ?? 0) + share * value;
      this.parameters.accumulate(this.#gradient, result.outputs, share, gradientPrefix);
    }
    return { loss, metrics };
  }
}

/** Batches in their order, one of them ahead. */
class BatchQueue {
  #ahead: Promise<Sample> | null = null;

  constructor(
    private readonly batches: Batches,
    private position: number,
  ) {}

  /** Begins with the next batch, unless it has been begun. */
  prepare(): void {
    this.#ahead ??= this.batches.load(this.position);
    // Where it fails, whoever takes the batch learns of it.
    this.#ahead.catch(() => undefined);
  }

  /** The next batch, which stays. */
  peek(): Promise<Sample> {
    this.prepare();
    return this.#ahead!;
  }

  next(): Promise<Sample> {
    const batch = this.peek();
    this.#ahead = null;
    this.position++;
    return batch;
  }
}

function epochsAt(step: number, { batch, accumulate }: Settings, samples: number): number {
  return (step * batch * accumulate) / samples;
}

/** Whether it is time to validate: every so many steps, or where an epoch has ended. */
function isDue(step: number, settings: Settings, samples: number): boolean {
  if (settings.validateEvery > 0) return step % settings.validateEvery === 0;
  return Math.floor(epochsAt(step, settings, samples)) > Math.floor(epochsAt(step - 1, settings, samples));
}

function copied(weights: LearnedWeights): LearnedWeights {
  return new Map(Array.from(weights, ([name, { data, dims }]) => [name, float32(data.slice(), dims)]));
}

function diverged(loss: number, step: number): OneirosError {
  const what = Number.isFinite(loss) ? 'gradient is not finite' : `loss is ${loss}`;
  return new OneirosError(
    'runtime',
    `the ${what} at step ${step}: take a lower learning rate, warm it up, or clip the gradient`,
  );
}
