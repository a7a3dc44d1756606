import type { Spread } from './spread.js';

/**
 * What made an output's numbers of scores:
 * - `softmax`      probabilities that add up to 1, one for each class
 * - `sigmoid`      probabilities each by itself, in [0, 1]
 * - `log-softmax`  logarithms of probabilities that add up to 1
 * - `none`         nothing: they are scores, of any size
 */
export type Activation = 'softmax' | 'sigmoid' | 'log-softmax' | 'none';

/** The activation that a graph has; or why it cannot be told. */
export type FoundActivation =
  { readonly kind: Activation } | { readonly kind: 'unknown'; readonly why: string };

/** So far from 1 may a sum of rounded numbers be. */
const rounding = 1e-3;

/**
 * The activation of an output whose classes lie along an axis, told by what its graph computes.
 * @param classes how many there are
 */
export function activationOf(spread: Spread, axis: number, classes: number): FoundActivation {
  const { low, high, sum, unclear } = spread;
  if (sum !== null && sum.axis === axis && Math.abs(sum.total - 1) <= rounding) {
    if (classes === 1) return unknown('they add up to 1 over a single class, so that one is always certain');
    if (sum.of === 'exponentials') return { kind: 'log-softmax' };
    if (low >= 0) return { kind: 'softmax' };
  }
  if (sum !== null)
    return unknown(
      sum.axis === null
        ? 'they add up along an axis that a reshape hides'
        : `they add up to ${sum.total} along axis ${sum.axis}, while the classes lie along axis ${axis}`,
    );
  if (low >= 0 && high <= 1) return { kind: 'sigmoid' };
  if (Number.isFinite(low) && Number.isFinite(high))
    return unknown(`they lie in [${rounded(low)}, ${rounded(high)}]`);
  if (unclear !== null) return unknown(`it is not known what ${unclear} makes of scores`);
  return { kind: 'none' };
}

function unknown(why: string): FoundActivation {
  return { kind: 'unknown', why };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
