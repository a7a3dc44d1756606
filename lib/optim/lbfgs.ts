import { check, type OptionKinds, required } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';
import { Curvature } from './curvature.js';
import { type Line, strongWolfe, type Trial } from './line-search.js';
import {
  checkIterations,
  evaluate,
  type IterationOptions,
  type Objective,
  type OptimizerStep,
} from './objective.js';
import { diverged } from './optimize.js';
import { type Sizes, type Vector, Vectors } from './simd/vectors.js';
import { checkRange } from './update-rule.js';

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
  const vectors = new Vectors(x.length, 2 * Math.min(settings.history, settings.iterations) + 8);
  const path = new Path(vectors, x, objective, signal);
  const { direction } = path;
  const curvature = new Curvature(vectors, settings.history);
  let current = await path.evaluate(0);
  const nowhere = path.takeWall();
  if (nowhere !== undefined) throw diverged(nowhere, 0);
  if (current.sizes.maxAbs <= gradientTolerance) return;

  for (let iteration = 1; iteration <= settings.iterations; iteration++) {
    const { value, gradient, sizes } = current;
    curvature.direction(direction, gradient);
    let slope = path.slope(gradient);
    if (!curvature.empty && !(slope < -changeTolerance)) {
      curvature.clear();
      curvature.direction(direction, gradient);
      slope = path.slope(gradient);
    }
    if (!(slope < -Math.max(0, changeTolerance))) return;
    const start: Point = { ...current, step: 0, slope };

    const longest = vectors.sizes(direction).maxAbs;
    const found = await strongWolfe(path, start, {
      firstStep: settings.firstStep * (curvature.empty ? Math.min(1, 1 / sizes.sumAbs) : 1),
      evaluations: settings.lineSearch,
      shortest: changeTolerance / longest,
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
    path.move(found.step);
    path.release(start);
    current = found;
    yield { iteration, value: found.value, x, evaluations: path.evaluations };

    if (found.sizes.maxAbs <= gradientTolerance) return;
    const change = Math.abs(found.value - value);
    if (found.step * longest <= changeTolerance || change < changeTolerance) return;
  }
}

/** The objective at a point of the path, with its gradient. */
interface Point extends Trial {
  readonly gradient: Vector;
  readonly sizes: Sizes;
}

/** The objective along the line from a point in a direction; the iterations change both. */
class Path implements Line<Point> {
  readonly direction: Vector;
  /** How often the objective has been evaluated. */
  evaluations = 0;
  private wall: number | undefined;
  /** Where the line begins. */
  private readonly origin: Vector;
  private readonly at: Vector;
  private readonly free: Vector[] = [];
  private readonly values: Float32Array;

  /** @param x where the path begins, and where {@link move} writes its new beginning */
  constructor(
    private readonly vectors: Vectors,
    private readonly x: Float32Array,
    private readonly objective: Objective,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.direction = vectors.add();
    this.origin = vectors.add();
    this.at = vectors.add();
    this.values = x.slice();
    vectors.write(this.origin, x);
  }

  readonly evaluate = async (step: number): Promise<Point> => {
    const { vectors, at, values } = this;
    vectors.addScaled(at, this.origin, step, this.direction);
    vectors.read(at, values);
    const evaluation = await evaluate(this.objective, values, this.signal);
    this.evaluations++;
    const gradient = this.free.pop() ?? vectors.add();
    vectors.write(gradient, evaluation.gradient);
    const sizes = vectors.sizes(gradient);
    if (Number.isFinite(evaluation.value) && sizes.maxAbs < Infinity)
      return { step, value: evaluation.value, slope: this.slope(gradient), gradient, sizes };
    this.wall = evaluation.value;
    return { step, value: Infinity, slope: NaN, gradient, sizes };
  };

  readonly release = ({ gradient }: Point): void => {
    this.free.push(gradient);
  };

  /** The derivative along the direction. */
  slope(gradient: Vector): number {
    return this.vectors.dots(this.direction, [gradient])[0]!;
  }

  /** Moves the beginning of the line by a step. */
  move(step: number): void {
    this.vectors.addScaled(this.origin, this.origin, step, this.direction);
    this.vectors.read(this.origin, this.x);
  }

  /** The last value that was not finite, or whose gradient was not, since the previous call. */
  takeWall(): number | undefined {
    const { wall } = this;
    this.wall = undefined;
    return wall;
  }
}
