import { check, type OptionKinds } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';

/** What the optimizer's learning rate is multiplied by at an update (0 for the first) of so many in all. */
export type TrainingSchedule = (update: number, updates: number) => number;

export interface WarmUp {
  /** The share of the run over which the rate rises evenly from nothing, in [0, 1). @default 0 */
  readonly warmUp?: number;
}

export interface DecayOptions extends WarmUp {
  /** Where the factor ends. @default 0 */
  readonly end?: number;
}

const warmUpKinds: OptionKinds<WarmUp> = { warmUp: kind.number };
const decayKinds: OptionKinds<DecayOptions> = { ...warmUpKinds, end: kind.number };

/** The same all along. */
export function constant(options: WarmUp = {}): TrainingSchedule {
  check('constant', {}, options, warmUpKinds);
  const { warmUp = 0 } = options;
  return warmedUp(warmUp, () => 1);
}

/** Half a wave from 1 down to `end` (Loshchilov & Hutter, "SGDR", 2017, without restarts). */
export function cosine(options: DecayOptions = {}): TrainingSchedule {
  check('cosine', {}, options, decayKinds);
  const { warmUp = 0, end = 0 } = options;
  return warmedUp(warmUp, (done) => end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * done)));
}

/** Evenly from 1 down to `end`. */
export function linear(options: DecayOptions = {}): TrainingSchedule {
  check('linear', {}, options, decayKinds);
  const { warmUp = 0, end = 0 } = options;
  return warmedUp(warmUp, (done) => end + (1 - end) * (1 - done));
}

/** Divided by ten (or `factor`) at each of some shares of the run: torchvision's detectors at 8/13 and 11/13. */
export function stepped(at: readonly number[], options: WarmUp & { factor?: number } = {}) {
  check('stepped', { at: [at, kind.numbers] }, options, { ...warmUpKinds, factor: kind.number });
  const { warmUp = 0, factor = 0.1 } = options;
  return warmedUp(warmUp, (done) => factor ** at.filter((share) => done >= share).length);
}

/** @param decay the factor by the share of the run that is done */
function warmedUp(warmUp: number, decay: (done: number) => number): TrainingSchedule {
  if (!(warmUp >= 0 && warmUp < 1))
    throw new OneirosError('bad-argument', `warmUp must be a share of the run in [0, 1), not ${warmUp}`);
  return (update, updates) => {
    const rising = Math.round(warmUp * updates);
    return Math.min(1, (update + 1) / (rising + 1)) * decay(update / updates);
  };
}
