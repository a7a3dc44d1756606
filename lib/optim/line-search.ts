/** The objective at a step along a direction. */
export interface Trial {
  readonly step: number;
  /** Infinity where the objective or its gradient is not finite. */
  readonly value: number;
  /** The derivative along the direction: gradient · direction. */
  readonly slope: number;
}

/** What the line search needs. */
export interface Line<T extends Trial> {
  readonly evaluate: (step: number) => Promise<T>;
  /** Marks a trial of this search as no longer needed, so that the next can reuse its memory. */
  readonly release: (trial: T) => void;
}

export interface LineSearchOptions {
  readonly firstStep: number;
  /** The maximum number of evaluations after the first. */
  readonly evaluations: number;
  /** Gives up when the bracket is shorter than this. */
  readonly shortest: number;
}

// Sufficient decrease and curvature (Nocedal & Wright, Numerical Optimization, §3.1), as usual for quasi-Newton steps.
const c1 = 1e-4;
const c2 = 0.9;

/**
 * A step that satisfies the strong Wolfe conditions; when the evaluations are used up, the lowest one found, which may
 * be the start. Finds a bracket, then narrows it by cubic interpolation, with the safeguards of minFunc that PyTorch's
 * `strong_wolfe` has too. A trial that is not finite is a wall: the bracket is halved away from it.
 * @param start the trial at step 0, which is never released; its slope is negative
 */
export async function strongWolfe<T extends Trial>(
  line: Line<T>,
  start: T,
  options: LineSearchOptions,
): Promise<T> {
  let previous = start;
  let trial = await line.evaluate(options.firstStep);
  for (let left = options.evaluations; left > 0; left--) {
    const rises = left < options.evaluations - 1 && trial.value >= previous.value;
    if (decreases(trial, start) && !rises && isFlat(trial, start)) {
      if (previous !== start) line.release(previous);
      return trial;
    }
    if (!decreases(trial, start) || rises || trial.slope >= 0)
      return narrow(line, start, [previous, trial], { ...options, evaluations: left });
    const atLeast = trial.step + 0.01 * (trial.step - previous.step);
    const next = cubicMinimum(previous, trial, atLeast, 10 * trial.step);
    if (previous !== start) line.release(previous);
    previous = trial;
    trial = await line.evaluate(next);
  }
  if (previous !== start) line.release(previous);
  return narrow(line, start, [start, trial], { ...options, evaluations: 0 });
}

/** Narrows a bracket, an interval between two trials that contains a suitable step, until the step is found. */
async function narrow<T extends Trial>(
  line: Line<T>,
  start: T,
  bracket: readonly [T, T],
  { evaluations, shortest }: LineSearchOptions,
): Promise<T> {
  const release = (trial: T) => {
    if (trial !== start) line.release(trial);
  };
  let [low, high] = bracket;
  if (high.value < low.value) [low, high] = [high, low];
  const guard = { nearEdge: false };
  for (let left = evaluations; left > 0; left--) {
    if (Math.abs(high.step - low.step) < shortest) break;
    const trial = await line.evaluate(guardedStep(low, high, guard));
    if (!decreases(trial, start) || trial.value >= low.value) {
      release(high);
      high = trial;
      if (high.value < low.value) [low, high] = [high, low];
      continue;
    }
    const done = isFlat(trial, start);
    const turned = trial.slope * (high.step - low.step) >= 0;
    release(turned ? high : low);
    if (turned) high = low;
    low = trial;
    if (done) break;
  }
  release(high);
  return low;
}

/**
 * The step to try inside a bracket: the cubic's minimum. If that is on an edge, or near one for the second time, it
 * would hardly shorten the bracket; the step is then a tenth of the bracket away from the edge.
 */
function guardedStep(low: Trial, high: Trial, guard: { nearEdge: boolean }): number {
  const left = Math.min(low.step, high.step);
  const right = Math.max(low.step, high.step);
  const step = cubicMinimum(low, high, left, right);
  const margin = 0.1 * (right - left);
  const near = Math.min(right - step, step - left) < margin;
  const move = near && (guard.nearEdge || step >= right || step <= left);
  guard.nearEdge = near && !move;
  if (!move) return step;
  return right - step < step - left ? right - margin : left + margin;
}

function decreases(trial: Trial, start: Trial): boolean {
  return trial.value <= start.value + c1 * trial.step * start.slope;
}

function isFlat(trial: Trial, start: Trial): boolean {
  return Math.abs(trial.slope) <= -c2 * start.slope;
}

/**
 * Where the cubic through two trials and their slopes is lowest, kept in [low, high]; their middle if there is none.
 */
function cubicMinimum(p: Trial, q: Trial, low: number, high: number): number {
  const [a, b] = p.step <= q.step ? [p, q] : [q, p];
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const d2 = Math.sqrt(d1 * d1 - a.slope * b.slope);
  const minimum = b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  // NaN for a cubic without a minimum, and beside a wall.
  return Number.isNaN(minimum) ? (low + high) / 2 : Math.min(Math.max(minimum, low), high);
}
