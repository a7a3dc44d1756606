import type { Spread, Sum } from './spread.js';

/**
 * The activation that produced an output:
 * - `softmax`      one probability for each class; they add up to 1
 * - `sigmoid`      an independent probability for each class, in [0, 1]
 * - `log-softmax`  logarithms of probabilities that add up to 1
 * - `none`         no activation: the output holds unbounded scores (logits)
 */
export type Activation = 'softmax' | 'sigmoid' | 'log-softmax' | 'none';

/** The activation of a graph, or the reason why it is unknown: a clause about the numbers ("they add up to 100 …"). */
export type FoundActivation =
  { readonly kind: Activation } | { readonly kind: 'unknown'; readonly why: string };

/** How far a sum of rounded numbers may be from 1. */
const rounding = 1e-3;

/**
 * Derives the activation of an output from what its graph computes.
 * @param axis the axis of the classes
 * @param classes the number of classes
 */
export function activationOf(spread: Spread, axis: number, classes: number): FoundActivation {
  const { low, high, sum, unclear } = spread;
  if (sum !== null && sum.axis === axis && Math.abs(sum.total - 1) <= rounding) {
    if (classes === 1) return unknown('they add up to 1 over a single class, so that one is always certain');
    if (sum.of === 'exponentials') return { kind: 'log-softmax' };
    if (low >= 0) return { kind: 'softmax' };
  }
  if (sum !== null) return unknown(reasonFor(sum, axis));
  if (low >= 0 && high <= 1) return { kind: 'sigmoid' };
  if (Number.isFinite(low) && Number.isFinite(high))
    return unknown(`they lie in [${rounded(low)}, ${rounded(high)}]`);
  if (unclear !== null) return unknown(`they come from ${unclear}, which may change scores in any way`);
  return { kind: 'none' };
}

/** Why a known sum does not identify the activation. */
function reasonFor(sum: Sum, axis: number): string {
  if (sum.axis === null) return 'they add up along an axis that a reshape hides';
  if (sum.axis !== axis)
    return `they add up to ${rounded(sum.total)} along axis ${sum.axis}, but the classes are along axis ${axis}`;
  return Math.abs(sum.total - 1) <= rounding
    ? 'they add up to 1, but may be negative'
    : `they add up to ${rounded(sum.total)} instead of 1`;
}

function unknown(why: string): FoundActivation {
  return { kind: 'unknown', why };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
