import { OneirosError } from '../base/errors.js';

/** A derivative computed from differences. */
export interface Quotient {
  readonly value: number;
  /** How far apart the two extrapolated quotients are: about the accuracy of `value`. */
  readonly uncertainty: number;
}

/** If two neighboring quotients agree this well, relative to their value, finer steps are not tried. */
const enough = 3e-5;

/**
 * The derivative of `f` at 0 by central differences at several steps. Too large a step meets curvature or kinks, too
 * small a step is dominated by rounding; in between, neighbors agree. The two that agree best are extrapolated to step
 * 0 (Ridders, 1982); the expected derivative does not influence the choice.
 * @param steps in descending order, at least two
 */
export async function derivative(
  f: (h: number) => Promise<number>,
  steps: readonly number[],
): Promise<Quotient> {
  if (steps.length < 2)
    throw new OneirosError('bad-argument', 'a derivative by differences needs at least two steps');
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
