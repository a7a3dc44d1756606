import { isFloat } from '../../tensor/dtype.js';
import { type Tensor, toNumbers } from '../../tensor/tensor.js';

/** What the numbers along an axis add up to, or their exponentials. */
export interface Sum {
  /** `null` where the axis was lost in a reshape. */
  readonly axis: number | null;
  readonly total: number;
  readonly of: 'numbers' | 'exponentials';
}

/** How a value was made of another one, as far as it takes to see a softmax that is written out. */
export type Relation =
  /** The exponential of a value; `scores` is that value, up to a shift. */
  | { readonly kind: 'exp'; readonly id: string; readonly scores: string }
  /** A value less a number that is the same along an axis. */
  | { readonly kind: 'shifted'; readonly scores: string }
  /** Of the numbers along an axis. */
  | { readonly kind: 'sum' | 'reciprocal-sum'; readonly of: Spread; readonly axis: number }
  | { readonly kind: 'max' | 'log-sum-exp'; readonly id: string; readonly axis: number }
  /** One less a value. */
  | { readonly kind: 'complement'; readonly id: string }
  /** No less than these values. */
  | { readonly kind: 'at-least'; readonly ids: readonly string[] };

/** What is known of the numbers that a value can hold, whatever picture the graph is given. */
export interface Spread {
  readonly low: number;
  readonly high: number;
  readonly sum: Sum | null;
  /** The value that an activation made this one of, number by number. */
  readonly scores: string | null;
  /** The operator because of which unbounded numbers cannot be taken for scores. */
  readonly unclear: string | null;
  /** The value that this one is, under whatever name. */
  readonly id: string;
  readonly relation: Relation | null;
}

/** Of a value of which nothing is known. */
export function anything(id: string): Spread {
  return { low: -Infinity, high: Infinity, sum: null, scores: null, unclear: null, id, relation: null };
}

/** Of a constant: its least and its largest number. */
export function spreadOfConstant(id: string, constant: Tensor | null | undefined): Spread {
  if (!constant || constant.dtype === 'string' || !isFloat(constant.dtype)) return anything(id);
  const values = constant.dtype === 'float16' ? toNumbers(constant) : constant.data;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isNaN(value)) return anything(id);
    low = Math.min(low, Number(value));
    high = Math.max(high, Number(value));
  }
  return low > high ? anything(id) : { ...anything(id), low, high };
}

export type Interval = Pick<Spread, 'low' | 'high'>;

export function sumOf(a: Interval, b: Interval): Interval {
  return { low: a.low + b.low, high: a.high + b.high };
}

export function negated({ low, high }: Interval): Interval {
  return { low: -high, high: -low };
}

export function productOf(a: Interval, b: Interval): Interval {
  return hull([a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => (x === 0 || y === 0 ? 0 : x * y))));
}

/** One over it; anything where it may be 0 or of either sign. */
export function reciprocalOf({ low, high }: Interval): Interval {
  if (low >= 0 && high > 0) return { low: 1 / high, high: low === 0 ? Infinity : 1 / low };
  if (high <= 0 && low < 0) return { low: high === 0 ? -Infinity : 1 / high, high: 1 / low };
  return { low: -Infinity, high: Infinity };
}

/** Of any count of numbers: as arguments of Math.min, those of a Concat with 100,000 inputs would overflow the stack. */
export function hull(numbers: readonly number[]): Interval {
  return {
    low: numbers.reduce((low, number) => Math.min(low, number), Infinity),
    high: numbers.reduce((high, number) => Math.max(high, number), -Infinity),
  };
}

export function hullOf(intervals: readonly Interval[]): Interval {
  return hull(intervals.flatMap(({ low, high }) => [low, high]));
}

/** The number that it always is, if it is one. */
export function single({ low, high }: Interval): number | null {
  return low === high ? low : null;
}
