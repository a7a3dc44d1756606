import { OneirosError } from '../base/errors.js';

/** An objective's value at a point, and its gradient there. */
export interface Evaluation {
  readonly value: number;
  /** As long as the point. The optimizer has read it when it next evaluates, so its memory may be reused. */
  readonly gradient: Float32Array;
}

/**
 * A differentiable function of flat float32 parameters. `x` is the optimizer's own memory: it holds the point until the
 * promise settles, and must not be written to.
 */
export type Objective = (x: Float32Array) => Promise<Evaluation>;

/** What an optimizer tells after each iteration. */
export interface OptimizerStep {
  /** 1 for the first. */
  readonly iteration: number;
  /** The objective: see each optimizer for at which point. */
  readonly value: number;
  /** The parameters after this iteration, in the optimizer's memory: they change when the next step is asked for. */
  readonly x: Float32Array;
  /** How often the objective has been evaluated so far. */
  readonly evaluations: number;
}

/** What all optimizers take. */
export interface IterationOptions {
  /** How many at the most. */
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
  // NaN and infinities survive multiplication by zero and addition; one sum tells of all.
  let sum = value * 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * 0;
  return sum === 0;
}
