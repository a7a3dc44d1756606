import { check, type OptionKinds, required } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import {
  allFinite,
  checkIterations,
  evaluate,
  type IterationOptions,
  type Objective,
  type OptimizerStep,
} from './objective.js';
import type { RuleState, UpdateRule } from './update-rule.js';

export interface OptimizeOptions extends IterationOptions {
  /** Projects the parameters onto the allowed set, in place, after every update: see {@link clampTo}. */
  readonly project?: ((x: Float32Array) => void) | undefined;
  /** The result of an earlier run's `state()`: the run resumes as if it had not stopped. */
  readonly state?: RuleState | undefined;
}

const optimizeKinds: OptionKinds<OptimizeOptions> = {
  iterations: required(kind.number),
  signal: kind.signal,
  project: kind.function,
  state: kind.object,
};

/** A step of an update rule; `value` is the objective before the update, as in any training loop. */
export interface UpdateStep extends OptimizerStep {
  /** A copy of the rule's state after this update, to resume from. */
  readonly state: () => RuleState;
}

/**
 * Applies an update rule to an objective, with one evaluation per iteration.
 * @param x0 where to begin; not changed
 * @throws OneirosError `runtime` if the value or the gradient stops being finite
 */
export async function* optimize(
  x0: Float32Array,
  objective: Objective,
  rule: UpdateRule,
  options: OptimizeOptions,
): AsyncGenerator<UpdateStep, void> {
  check(
    'optimize',
    { x0: [x0, kind.floats], objective: [objective, kind.function], rule: [rule, kind.updateRule] },
    options,
    optimizeKinds,
  );
  const { iterations, project, state, signal } = options;
  checkIterations(iterations);
  const x = x0.slice();
  const updater = rule.start(x.length, state);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const evaluation = await evaluate(objective, x, signal);
    if (!allFinite(evaluation)) throw diverged(evaluation.value, iteration);
    updater.update(x, evaluation.gradient);
    project?.(x);
    yield { iteration, value: evaluation.value, x, evaluations: iteration, state: updater.state };
  }
}

/** The error of an objective that is no longer a number. */
export function diverged(value: number, iteration: number): OneirosError {
  const what = Number.isFinite(value) ? 'gradient is not finite' : `value is ${value}`;
  return new OneirosError(
    'runtime',
    `the objective's ${what} at iteration ${iteration}: take smaller steps, or check the weights and the image for NaN`,
  );
}

/** A projection onto the box [low, high]; use clampTo(0, 1) for pixels. */
export function clampTo(low: number, high: number): (x: Float32Array) => void {
  check('clampTo', { low: [low, kind.number], high: [high, kind.number] });
  return (x) => {
    // Most numbers are inside, and need not be written.
    for (let i = 0; i < x.length; i++)
      if (x[i]! < low) x[i] = low;
      else if (x[i]! > high) x[i] = high;
  };
}
