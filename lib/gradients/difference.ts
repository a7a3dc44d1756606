import { OneirosError } from '../base/errors.js';

/** A derivative out of differences. */
export interface Quotient {
  readonly value: number;
  /** How far the difference quotients that it was made of are apart: it cannot be told more exactly than about that. */
  readonly uncertainty: number;
}

/** Neighbors that agree this well, relative to themselves, need no finer step to tell which of all agree best. */
const enough = 3e-5;

/**
 * The derivative of `f` at 0 by central differences at several steps. Too large a step bends or crosses kinks, too small
 * a one drowns in rounding; in between, neighbors agree. The two that agree best are extrapolated to step 0 (Ridders,
 * 1982): what the derivative is expected to be has no say in it.
 * @param steps in descending order, two at least
 */
export async function derivative(
  f: (h: number) => Promise<number>,
  steps: readonly number[],
): Promise<Quotient> {
  if (steps.length < 2)
    throw new OneirosError('bad-argument', 'a derivative by differences takes two steps at least');
  let best: Quotient = { value: NaN, uncertainty: Infinity };
  let coarse: Difference | null = null;
  for (const step of steps) {
    const fine = { step, quotient: ((await f(step)) - (await f(-step))) / (2 * step) };
    if (coarse !== null) {
      const next = extrapolate(coarse, fine);
      if (next.uncertainty < best.uncertainty) best = next;
      if (next.uncertainty <= enough * Math.abs(next.value)) break;
    }
    coarse = fine;
  }
  return best;
}

interface Difference {
  readonly step: number;
  readonly quotient: number;
}

/** The error of a central difference grows with the square of the step. */
function extrapolate(coarse: Difference, fine: Difference): Quotient {
  const ratio = (coarse.step / fine.step) ** 2;
  return {
    value: (ratio * fine.quotient - coarse.quotient) / (ratio - 1),
    uncertainty: Math.abs(fine.quotient - coarse.quotient),
  };
}
