import { OneirosError } from '../base/errors.js';

/** An objective's value at a point, and its gradient there. */
export interface Evaluation {
  readonly value: number;
  /** As long as the point. Its memory may be reused by the next evaluation. */
  readonly gradient: Float32Array;
}

/**
 * A differentiable function of flat float32 parameters. `x` is the optimizer's memory: it holds the point until the
 * promise settles, and must not be changed.
 */
export type Objective = (x: Float32Array) => Promise<Evaluation>;

/** What an optimizer yields after each iteration. */
export interface OptimizerStep {
  /** 1 for the first. */
  readonly iteration: number;
  /** The objective; each optimizer documents at which point. */
  readonly value: number;
  /** The parameters after this iteration, in the optimizer's memory: the next step changes them. */
  readonly x: Float32Array;
  /** How often the objective has been evaluated so far. */
  readonly evaluations: number;
}

/** Options of all optimizers. */
export interface IterationOptions {
  /** The maximum number of iterations. */
  readonly iterations: number;
  /** Ends the run between evaluations; the iterator then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws OneirosError `bad-argument` unless it is a whole number ≥ 0 */
export function checkIterations(iterations: number): void {
  if (!(Number.isInteger(iterations) || iterations === Infinity) || iterations < 0)
    throw new OneirosError('bad-argument', `iterations must be a whole number ≥ 0, not ${iterations}`);
}

/** Evaluates, unless the run is aborted, and checks that the gradient is as long as the point. */
export async function evaluate(
  objective: Objective,
  x: Float32Array,
  signal: AbortSignal | undefined,
): Promise<Evaluation> {
  signal?.throwIfAborted();
  const evaluation = await objective(x);
  if (evaluation.gradient.length !== x.length)
    throw new OneirosError(
      'bad-argument',
      `the objective's gradient has ${evaluation.gradient.length} numbers for ${x.length} parameters`,
    );
  return evaluation;
}

/** Whether a value and every number of its gradient are finite. */
export function allFinite({ value, gradient }: Evaluation): boolean {
  // NaN and infinities survive multiplication by zero and addition, so one sum shows whether there are any.
  let sum = value * 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * 0;
  return sum === 0;
}
