import { messageOf, OneirosError } from '../../base/errors.js';
import type { Model } from '../../onnx/graph/graph.js';
import { float32 } from '../../tensor/tensor.js';
import { type LearnedWeights, trained } from '../graph/parameters.js';
import { encodeState } from './checkpoint-format.js';
import { nameOf } from './checkpoint-store.js';
import type { BatchQueue } from './data.js';
import type { Descent } from './descent.js';
import type { FitOptions, FitSettings } from './options.js';
import type { TrainingSession } from './training-session.js';
import type { LastStep, TrainingState, TrainingStep } from './training-state.js';
import type { Plan } from './when-due.js';

/** The parts of a run. */
export interface RunParts {
  readonly model: Model;
  readonly options: FitOptions;
  readonly settings: FitSettings;
  readonly plan: Plan;
  readonly session: TrainingSession;
  readonly queue: BatchQueue;
  readonly descent: Descent;
}

/** The steps of a run, with their checkpoints and validations. */
export class Run {
  #last: LastStep | null;
  /** The step whose state is in the checkpoint. */
  #saved: number;

  /**
   * @param state the state that an earlier run saved
   * @throws OneirosError `bad-input` or `bad-argument` for the state of another model or optimizer
   */
  constructor(
    private readonly parts: RunParts,
    state: TrainingState | null,
  ) {
    this.#last = state;
    this.#saved = state?.step ?? 0;
    if (state !== null) this.#restore(state);
  }

  async *steps(): AsyncGenerator<TrainingStep, void> {
    const { plan, settings, descent, session, queue } = this.parts;
    const state = this.#last;
    // The earlier run may have ended between its last update and its validation, or before the caller used that step.
    if (state !== null && (state.step === plan.steps || this.#lacksValidation(state)))
      yield await this.#finish(state);
    for (let step = this.#saved + 1; step <= plan.steps; step++) {
      await this.#stopIfAborted();
      const figures = await descent.step(session, queue, step, plan.steps);
      const last = (this.#last = { step, figures, validation: null });
      if (plan.isDue(step, settings.checkpointEvery)) await this.#save(last);
      yield await this.#finish(last);
    }
  }

  #restore(state: TrainingState): void {
    try {
      this.parts.descent.restore(state);
    } catch (error) {
      const code = error instanceof OneirosError ? error.code : 'bad-input';
      const name = nameOf(this.parts.options.checkpoint);
      throw new OneirosError(code, `${name} belongs to another model or optimizer: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Validates if that is due, and returns the step. */
  async #finish(last: LastStep): Promise<TrainingStep> {
    const { model, descent, options } = this.parts;
    if (!this.#lacksValidation(last) || options.validate === undefined) return this.#stepOf(last);
    await this.#stopIfAborted();
    const validated = { ...last, validation: await options.validate(trained(model, descent.learned())) };
    this.#last = validated;
    // Otherwise a run that resumes here would validate again.
    if (this.#saved === last.step) await this.#save(validated);
    return this.#stepOf(validated);
  }

  #lacksValidation({ step, validation }: LastStep): boolean {
    const { plan, settings, options } = this.parts;
    return options.validate !== undefined && validation === null && plan.isDue(step, settings.validateEvery);
  }

  /** Ends an aborted run, after saving its state if that is not saved yet. */
  async #stopIfAborted(): Promise<void> {
    const { signal } = this.parts.options;
    if (signal?.aborted !== true) return;
    if (this.#last !== null && this.#last.step !== this.#saved) await this.#save(this.#last);
    signal.throwIfAborted();
  }

  async #save(last: LastStep): Promise<void> {
    const { options, session, descent, plan } = this.parts;
    if (options.checkpoint === undefined) return;
    const state = { ...last, sizes: session.sizes, ...descent.state() };
    await options.checkpoint.save(encodeState(state, plan.identity));
    this.#saved = last.step;
  }

  #stepOf({ step, figures, validation }: LastStep): TrainingStep {
    const { model, plan, descent } = this.parts;
    const { loss: value, metrics, learningRate, gradientNorm } = figures;
    return {
      done: step,
      total: plan.steps,
      epoch: plan.epochsAt(step),
      value,
      metrics,
      learningRate,
      gradientNorm,
      validation,
      weights: () => copied(descent.learned()),
      model: () => trained(model, copied(descent.learned())),
    };
  }
}

function copied(weights: LearnedWeights): LearnedWeights {
  return new Map(Array.from(weights, ([name, { data, dims }]) => [name, float32(data.slice(), dims)]));
}
