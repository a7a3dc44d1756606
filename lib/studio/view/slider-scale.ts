import type { NumberOption } from '../../base/option-table.js';

/** The scale of a slider: whole positions from 0 to `last`, each with a value. */
export interface Scale {
  readonly last: number;
  valueAt(position: number): number;
  positionOf(value: number): number;
}

/** The approximate number of positions of a slider: more than a user can distinguish. */
const fineness = 80;
/** If the ends differ by more than this factor, the scale is logarithmic. */
const wide = 50;

/**
 * The scale of a number's slider: its usual range, or else its whole range.
 * @returns `null` if neither range has two ends: such a number can only be typed
 */
export function scaleOf({ min, max, usual, integer = false }: NumberOption): Scale | null {
  const [low, high] = usual ?? [min, max];
  if (low === undefined || high === undefined) return null;
  return low > 0 && high / low > wide && !integer ? logarithmic(low, high) : linear(low, high, integer);
}

function linear(low: number, high: number, integer: boolean): Scale {
  const step = integer
    ? 2 ** Math.max(0, Math.floor(Math.log2((high - low) / fineness)))
    : roundStep(high - low);
  const last = Math.round((high - low) / step);
  return {
    last,
    valueAt: (position) => tidy(low + position * step),
    positionOf: (value) => clamp(Math.round((value - low) / step), last),
  };
}

function logarithmic(low: number, high: number): Scale {
  const last = 2 * fineness;
  const decades = Math.log10(high / low);
  return {
    last,
    valueAt: (position) => Number((low * 10 ** ((position / last) * decades)).toPrecision(2)),
    positionOf: (value) =>
      value <= 0 ? 0 : clamp(Math.round((Math.log10(value / low) / decades) * last), last),
  };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(range: number): number {
  const exact = range / fineness;
  const power = 10 ** Math.floor(Math.log10(exact));
  return power * ([5, 2].find((factor) => factor * power <= exact) ?? 1);
}

/** Removes the rounding errors of decimal steps. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function clamp(position: number, last: number): number {
  return Math.min(last, Math.max(0, position));
}
