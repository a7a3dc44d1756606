import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';

/** The factor of the optimizer's learning rate at update `update`, from 0, of `updates`. */
export type TrainingSchedule = (update: number, updates: number) => number;

export interface WarmUp {
  /** The share of the run over which the rate rises linearly from 0, in [0, 1). @default 0 */
  readonly warmUp?: number;
}

export interface DecayOptions extends WarmUp {
  /** The factor at the end. @default 0 */
  readonly end?: number;
}

const warmUpKinds: OptionKinds<WarmUp> = { warmUp: kind.number };
const decayKinds: OptionKinds<DecayOptions> = { ...warmUpKinds, end: kind.number };

/** A constant rate. */
export function constant(options: WarmUp = {}): TrainingSchedule {
  check('constant', {}, options, warmUpKinds);
  const { warmUp = 0 } = options;
  return warmedUp(warmUp, () => 1);
}

/** Cosine annealing from 1 to `end` (Loshchilov & Hutter, "SGDR", 2017, without restarts). */
export function cosine(options: DecayOptions = {}): TrainingSchedule {
  check('cosine', {}, options, decayKinds);
  const { warmUp = 0, end = 0 } = options;
  return warmedUp(warmUp, (done) => end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * done)));
}

/** Linear decay from 1 to `end`. */
export function linear(options: DecayOptions = {}): TrainingSchedule {
  check('linear', {}, options, decayKinds);
  const { warmUp = 0, end = 0 } = options;
  return warmedUp(warmUp, (done) => end + (1 - end) * (1 - done));
}

/**
 * Step decay: the rate is multiplied by `factor` at each of the given shares of the run.
 * @param at shares of the run in [0, 1]; torchvision's detectors use 8/13 and 11/13
 * @param options `factor` is 0.1 by default
 */
export function stepped(at: readonly number[], options: WarmUp & { factor?: number } = {}) {
  check('stepped', { at: [at, kind.numbers] }, options, { ...warmUpKinds, factor: kind.number });
  const { warmUp = 0, factor = 0.1 } = options;
  return warmedUp(warmUp, (done) => factor ** at.filter((share) => done >= share).length);
}

/** @param decay the factor as a function of the share of the run that is done */
function warmedUp(warmUp: number, decay: (done: number) => number): TrainingSchedule {
  if (!(warmUp >= 0 && warmUp < 1))
    throw new OneirosError('bad-argument', `warmUp must be a share of the run, in [0, 1), not ${warmUp}`);
  return (update, updates) => {
    const rising = Math.round(warmUp * updates);
    return Math.min(1, (update + 1) / (rising + 1)) * decay(update / updates);
  };
}
