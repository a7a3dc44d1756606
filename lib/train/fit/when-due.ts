import type { RunIdentity } from './checkpoint-format.js';
import type { FitSettings } from './options.js';

/** The length of a run, and when checkpoints and validations are due. */
export interface Plan {
  /** The number of updates. */
  readonly steps: number;
  /** Values that must be equal for the run to resume. */
  readonly identity: RunIdentity;
  /** The number of epochs after `step` updates. */
  epochsAt(step: number): number;
  /** Whether a task that is due every `every` steps (0: every epoch), and at the end, is due after this step. */
  isDue(step: number, every: number): boolean;
}

/** @param samples the number of training samples */
export function planOf(settings: FitSettings, samples: number, recipe: RunIdentity = {}): Plan {
  const { batch, accumulate, shuffle, seed, clip } = settings;
  const perStep = batch * accumulate;
  const steps = settings.steps > 0 ? settings.steps : Math.ceil((settings.epochs * samples) / perStep);
  const epochsAt = (step: number) => (step * perStep) / samples;
  return {
    steps,
    identity: { ...recipe, steps, samples, batch, accumulate, shuffle, seed, clip },
    epochsAt,
    isDue(step, every) {
      if (step === steps) return true;
      if (every > 0) return step % every === 0;
      return Math.floor(epochsAt(step)) > Math.floor(epochsAt(step - 1));
    },
  };
}
