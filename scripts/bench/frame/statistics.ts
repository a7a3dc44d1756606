/** The middle value, or the mean of the two in the middle; NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/**
 * The median of the ratios of all rounds. The values of one round are measured one right after the other, so a slow
 * minute of the machine slows both.
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, i) => value / (theirs[i] ?? NaN)));
}

/** The largest difference of two lists of figures, relative to the second list; infinite if one is not a number. */
export function relativeDifference(figures: readonly number[], expected: readonly number[]): number {
  if (figures.length !== expected.length) return Infinity;
  const differences = figures.map((figure, i) => {
    const difference = figure === expected[i] ? 0 : Math.abs(figure / (expected[i] ?? NaN) - 1);
    return Number.isNaN(difference) ? Infinity : difference;
  });
  return Math.max(0, ...differences);
}
