import type { RunIdentity } from './checkpoint.js';
import type { FitSettings } from './options.js';

/** How long a run is, and when what is due. */
export interface Plan {
  /** Updates in all. */
  readonly steps: number;
  /** What must be the same for the run to go on. */
  readonly identity: RunIdentity;
  /** How often each sample has been seen after so many updates. */
  epochsAt(step: number): number;
  /** Whether it is time for what is due every so many steps (0: where an epoch has ended), and at the end. */
  isDue(step: number, every: number): boolean;
}

/** @param samples how many there are to train on */
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
