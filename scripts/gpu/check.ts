/** The outcome of one check of the list. A stage prints them as lines of JSON. */
export interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  /** The figures, or why it failed. */
  readonly detail: string;
}

/**
 * Runs a check and prints its outcome as a line of JSON for the process that started this one.
 * @returns whether it passed
 */
export async function check(
  name: string,
  run: () => Promise<{ passed: boolean; detail: string }>,
): Promise<boolean> {
  let outcome: Outcome;
  try {
    outcome = { name, ...(await run()) };
  } catch (error) {
    outcome = { name, passed: false, detail: error instanceof Error ? error.message : String(error) };
  }
  console.log(JSON.stringify(outcome));
  return outcome.passed;
}

/** How far results are from the expected ones: the norm of their difference, relative to the norm of these. */
export function relativeError(results: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (results.length !== expected.length) return Infinity;
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (results[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  const error = difference === 0 ? 0 : Math.sqrt(difference / norm);
  return Number.isNaN(error) ? Infinity : error;
}
