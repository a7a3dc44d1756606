import { OneirosError } from '../base/errors.js';
import { own } from '../base/own.js';

/** A rule that moves parameters by their gradient only: Adam, SGD, ascent. It has the options, but no state. */
export interface UpdateRule {
  /** The learning rate (for ascent, the step size) after this many updates. */
  readonly rate: (updates: number) => number;
  /**
   * Starts with `size` parameters, or resumes from a saved state.
   * @throws OneirosError `bad-argument` if the state belongs to another rule, or has another size
   */
  readonly start: (size: number, state?: RuleState) => Updater;
}

/** A rule at work on one array of parameters. */
export interface Updater {
  /** Moves `x` in place, at `factor` (default 1) times the rule's rate, for a schedule outside the rule. */
  readonly update: (x: Float32Array, gradient: Float32Array, factor?: number) => void;
  /** A copy of everything that the next update depends on, to resume from. */
  readonly state: () => RuleState;
}

/** The number of updates so far, and the rule's running averages by name. */
export interface RuleState {
  readonly updates: number;
  readonly buffers: Readonly<Record<string, Float32Array>>;
}

/** A constant, or a function of the number of updates made before. */
export type Schedule = number | ((updates: number) => number);

function scheduled(schedule: Schedule, updates: number): number {
  return typeof schedule === 'number' ? schedule : schedule(updates);
}

/** Updates the parameters in place at a rate; `updates` is 1 at the first. */
type Move = (x: Float32Array, gradient: Float32Array, rate: number, updates: number) => void;

/**
 * A rule from its rate, the names of its buffers (initially zeros) and a function that takes the buffers and returns
 * the update. Counting, copying and checking of states are done here for all rules.
 */
export function updateRule<const N extends string>(
  schedule: Schedule,
  names: readonly N[],
  begin: (buffers: Readonly<Record<N, Float32Array>>) => Move,
): UpdateRule {
  const rate = (updates: number) => scheduled(schedule, updates);
  return {
    rate,
    start(size, state) {
      let updates = state?.updates ?? 0;
      const buffers = names.map(
        (name) => [name, state ? restored(state, name, size) : new Float32Array(size)] as const,
      );
      // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- it has a buffer of each of these names
      const move = begin(Object.fromEntries(buffers) as Record<N, Float32Array>);
      return {
        update(x, gradient, factor = 1) {
          if (x.length !== size || gradient.length !== size)
            throw new OneirosError(
              'bad-argument',
              `this rule was started for ${size} parameters, not ${x.length} with ${gradient.length} gradients`,
            );
          move(x, gradient, factor * rate(updates), ++updates);
        },
        state: () => ({
          updates,
          buffers: Object.fromEntries(buffers.map(([name, buffer]) => [name, buffer.slice()])),
        }),
      };
    },
  };
}

function restored({ buffers }: RuleState, name: string, size: number): Float32Array {
  const buffer = own(buffers, name);
  if (buffer?.length !== size)
    throw new OneirosError(
      'bad-argument',
      `the saved state has ${buffer ? `${buffer.length} numbers` : 'no buffer'} ${name}; ${size} parameters were expected`,
    );
  return buffer.slice();
}

/** @throws OneirosError `bad-argument` unless low ≤ value ≤ high (and below `high` if `open`) */
export function checkRange(name: string, value: number, low: number, high: number, open = false): void {
  if (!(value >= low && (open ? value < high : value <= high)))
    throw new OneirosError(
      'bad-argument',
      `${name} must be in [${low}, ${high}${open ? ')' : ']'}, not ${value}`,
    );
}
