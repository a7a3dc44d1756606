import { isFloat } from '../../tensor/dtype.js';
import { type Tensor, toNumbers } from '../../tensor/tensor.js';

/** The known sum of a value's numbers, or of their exponentials, along an axis. */
export interface Sum {
  /** `null` if a reshape hides the axis. */
  readonly axis: number | null;
  readonly total: number;
  readonly of: 'numbers' | 'exponentials';
}

/** How a value was computed from another one: the steps of a softmax or sigmoid that is written out in arithmetic. */
export type Relation =
  /** The exponential of a value; `scores` is that value, up to a shift. */
  | { readonly kind: 'exp'; readonly id: string; readonly scores: string }
  /** A value minus a number that is constant along an axis. */
  | { readonly kind: 'shifted'; readonly scores: string }
  /** The sum of a value along an axis, or its reciprocal. */
  | { readonly kind: 'sum' | 'reciprocal-sum'; readonly of: Spread; readonly axis: number }
  | { readonly kind: 'max' | 'log-sum-exp'; readonly id: string; readonly axis: number }
  /** 1 minus a value. */
  | { readonly kind: 'complement'; readonly id: string }
  /** Greater than or equal to each of these values. */
  | { readonly kind: 'at-least'; readonly ids: readonly string[] };

/** What is known about a value's numbers for every possible picture. */
export interface Spread {
  /** Bounds of all numbers; infinite if unknown. */
  readonly low: number;
  readonly high: number;
  readonly sum: Sum | null;
  /** The value that an elementwise or softmax activation was applied to. */
  readonly scores: string | null;
  /** The operator that makes it uncertain whether unbounded numbers are scores; `null` if there is none. */
  readonly unclear: string | null;
  /** An identifier; equal values share it. */
  readonly id: string;
  readonly relation: Relation | null;
}

/** The spread of a value about which nothing is known. */
export function anything(id: string): Spread {
  return { low: -Infinity, high: Infinity, sum: null, scores: null, unclear: null, id, relation: null };
}

/** The spread of a constant: its smallest and its largest number. */
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

/** The interval of 1/x; unbounded if x may be 0 or have either sign. */
export function reciprocalOf({ low, high }: Interval): Interval {
  if (low >= 0 && high > 0) return { low: 1 / high, high: low === 0 ? Infinity : 1 / low };
  if (high <= 0 && low < 0) return { low: high === 0 ? -Infinity : 1 / high, high: 1 / low };
  return { low: -Infinity, high: Infinity };
}

/** The smallest interval around numbers. Not `Math.min(...)`: a Concat with 100,000 inputs would overflow the stack. */
export function hull(numbers: readonly number[]): Interval {
  return {
    low: numbers.reduce((low, number) => Math.min(low, number), Infinity),
    high: numbers.reduce((high, number) => Math.max(high, number), -Infinity),
  };
}

export function hullOf(intervals: readonly Interval[]): Interval {
  return hull(intervals.flatMap(({ low, high }) => [low, high]));
}

/** The value of an interval of length 0; else `null`. */
export function single({ low, high }: Interval): number | null {
  return low === high ? low : null;
}
