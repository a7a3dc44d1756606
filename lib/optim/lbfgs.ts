import { check, type OptionKinds, required } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';
import { Curvature } from './curvature.js';
import { type Line, strongWolfe, type Trial } from './line-search.js';
import {
  allFinite,
  checkIterations,
  evaluate,
  type IterationOptions,
  type Objective,
  type OptimizerStep,
} from './objective.js';
import { diverged } from './optimize.js';
import { checkRange } from './update-rule.js';
import { addScaled, dot, maxAbs, sumAbs } from './vector.js';

export interface LbfgsOptions extends IterationOptions {
  /**
   * How many past steps the curvature is estimated from; each takes twice the parameters' memory. PyTorch uses 100,
   * style transfer implementations 10 to 100. @default 20
   */
  readonly history: number;
  /** The step each line search tries first, in units of the quasi-Newton step. @default 1 */
  readonly firstStep: number;
  /** The maximum number of evaluations of a line search after its first. @default 25 */
  readonly lineSearch: number;
  /** Ends the run when no gradient component is larger. A negative tolerance never ends it. @default 1e-7 */
  readonly gradientTolerance: number;
  /** Ends the run when no parameter changes by more, or when the value does not. @default 1e-9 */
  readonly changeTolerance: number;
}

const lbfgsKinds: OptionKinds<Partial<LbfgsOptions> & Pick<LbfgsOptions, 'iterations'>> = {
  iterations: required(kind.number),
  signal: kind.signal,
  history: kind.number,
  firstStep: kind.number,
  lineSearch: kind.number,
  gradientTolerance: kind.number,
  changeTolerance: kind.number,
};

const lbfgsDefaults: Omit<LbfgsOptions, 'iterations' | 'signal'> = {
  history: 20,
  firstStep: 1,
  lineSearch: 25,
  gradientTolerance: 1e-7,
  changeTolerance: 1e-9,
};

/**
 * Limited-memory BFGS (Liu & Nocedal, 1989) with a strong Wolfe line search, step for step as PyTorch's
 * `LBFGS(line_search_fn='strong_wolfe')`. An iteration is one line search, usually one or two evaluations; `value` is
 * the objective at the new `x`. It ends after `iterations`, or earlier within the tolerances, or when no lower point
 * can be found along the gradient; from a point that is already optimal there are no steps.
 * @param x0 where to begin; not changed
 * @throws OneirosError `runtime` if the objective is not finite at `x0`, or at all points tried along the gradient; a
 *   line search only steps back from points that are not finite
 */
export async function* lbfgs(
  x0: Float32Array,
  objective: Objective,
  options: Partial<LbfgsOptions> & Pick<LbfgsOptions, 'iterations'>,
): AsyncGenerator<OptimizerStep, void> {
  check('lbfgs', { x0: [x0, kind.floats], objective: [objective, kind.function] }, options, lbfgsKinds);
  const settings = withDefaults(lbfgsDefaults, options);
  checkIterations(settings.iterations);
  checkRange('history', settings.history, 1, Infinity);
  checkRange('lineSearch', settings.lineSearch, 1, Infinity);
  checkRange('firstStep', settings.firstStep, Number.MIN_VALUE, Infinity);
  const { gradientTolerance, changeTolerance, signal } = settings;

  const x: Float32Array = x0.slice();
  const first = await evaluate(objective, x, signal);
  if (!allFinite(first)) throw diverged(first.value, 0);
  let value = first.value;
  let gradient: Float32Array = first.gradient.slice();
  if (maxAbs(gradient) <= gradientTolerance) return;

  const path = new Path(objective, x, signal);
  const { direction } = path;
  const curvature = new Curvature(settings.history);
  for (let iteration = 1; iteration <= settings.iterations; iteration++) {
    curvature.direction(direction, gradient);
    if (!curvature.empty && !(dot(gradient, direction) < -changeTolerance)) {
      curvature.clear();
      curvature.direction(direction, gradient);
    }
    const start: Trial = { step: 0, value, slope: dot(gradient, direction), gradient };
    if (!(start.slope < -Math.max(0, changeTolerance))) return;

    const found = await strongWolfe(path, start, {
      firstStep: settings.firstStep * (curvature.empty ? Math.min(1, 1 / sumAbs(gradient)) : 1),
      evaluations: settings.lineSearch,
      shortest: changeTolerance / maxAbs(direction),
    });
    const wall = path.takeWall();
    if (found === start) {
      // No lower point in this direction. Try again without the stored curvature; if there was none, stop.
      if (curvature.empty && wall !== undefined) throw diverged(wall, iteration);
      if (curvature.empty) return;
      curvature.clear();
      continue;
    }
    curvature.learn(found.step, direction, gradient, found.gradient);
    addScaled(x, x, found.step, direction);
    path.release(start);
    const change = Math.abs(found.value - value);
    ({ value, gradient } = found);
    yield { iteration, value, x, evaluations: 1 + path.evaluations };

    if (maxAbs(gradient) <= gradientTolerance) return;
    if (found.step * maxAbs(direction) <= changeTolerance || change < changeTolerance) return;
  }
}

/** The objective along the line from `x` in `direction`; the iterations change both. */
class Path implements Line {
  readonly direction: Float32Array;
  evaluations = 0;
  private wall: number | undefined;
  private readonly at: Float32Array;
  private readonly free: Float32Array[] = [];

  constructor(
    private readonly objective: Objective,
    private readonly x: Float32Array,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.direction = new Float32Array(x.length);
    this.at = new Float32Array(x.length);
  }

  readonly evaluate = async (step: number): Promise<Trial> => {
    addScaled(this.at, this.x, step, this.direction);
    const evaluation = await evaluate(this.objective, this.at, this.signal);
    this.evaluations++;
    const gradient = this.free.pop() ?? new Float32Array(this.x.length);
    gradient.set(evaluation.gradient);
    if (allFinite(evaluation))
      return { step, value: evaluation.value, slope: dot(gradient, this.direction), gradient };
    this.wall = evaluation.value;
    return { step, value: Infinity, slope: NaN, gradient };
  };

  readonly release = ({ gradient }: Trial): void => {
    this.free.push(gradient);
  };

  /** The last value that was not finite, or whose gradient was not, since the previous call. */
  takeWall(): number | undefined {
    const { wall } = this;
    this.wall = undefined;
    return wall;
  }
}
