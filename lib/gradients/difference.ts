import { OneirosError } from '../errors.js';

/** A derivative out of differences. */
export interface Quotient {
  readonly value: number;
  /** How far the difference quotients that it was made of are apart: it cannot be told more exactly than about that. */
  readonly uncertainty: number;
}

/**
 * The derivative of `f` at 0 by central differences at several steps. Too large a step bends or crosses kinks, too small
 * a one drowns in rounding; in between, neighbours agree. The two that agree best are extrapolated to step 0 (Ridders,
 * 1982): what the derivative is expected to be has no say in it.
 * @param steps in descending order, two at least
 */
export async function derivative(
  f: (h: number) => Promise<number>,
  steps: readonly number[],
): Promise<Quotient> {
  if (steps.length < 2)
    throw new OneirosError('bad-argument', 'a derivative by differences takes two steps at least');
  const quotients: number[] = [];
  for (const h of steps) quotients.push(((await f(h)) - (await f(-h))) / (2 * h));
  const pairs = steps.slice(1).map((fine, i): Quotient => {
    const [coarse, [from, to]] = [steps[i]!, [quotients[i]!, quotients[i + 1]!]];
    // The error of a central difference grows with the square of the step.
    const ratio = (coarse / fine) ** 2;
    return { value: (ratio * to - from) / (ratio - 1), uncertainty: Math.abs(to - from) };
  });
  return pairs.reduce((best, next) => (next.uncertainty < best.uncertainty ? next : best));
}
