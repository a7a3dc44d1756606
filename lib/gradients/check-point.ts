import { gradientName } from '../autodiff/names.js';
import { OneirosError } from '../base/errors.js';
import { own } from '../base/own.js';
import type { Model } from '../onnx/graph/graph.js';
import { openModel } from '../runtime/open-model.js';
import type { Session, SessionOptions } from '../runtime/types.js';
import type { Random } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { inFloat64, toFloat64 } from './float64.js';
import { dot, draw, noiseLike, squaredDistance } from './perturb.js';

export type Tensors = Readonly<Record<string, Tensor>>;

/** The inputs at which a gradient is checked, and the model's values and gradients there. */
export interface CheckPoint {
  readonly feeds: Tensors;
  /** The model's outputs and the values to differentiate by. */
  readonly values: Tensors;
  /** A random cotangent of each output, by the output's name. */
  readonly cotangents: Tensors;
  /** By the name of the value. */
  readonly gradients: Tensors;
  /**
   * ‖gradient − the same in double precision‖ / ‖gradient‖, the maximum over all gradients; 0 if there is no such form.
   * In a network of ReLUs and maxima, a point can be so near to a kink that rounding decides on which side it is.
   */
  readonly rounding: number;
}

/** The gradient to check: the model, its derived gradient, and where to evaluate them. */
export interface CheckProblem {
  readonly model: Model;
  /** Its gradient, whose inputs and outputs have names that begin with `prefix`. */
  readonly derived: Model;
  readonly prefix: string;
  /** The values whose cotangents `derived` takes, and those by which it differentiates. */
  readonly targets: readonly string[];
  readonly wrt: readonly string[];
  readonly given: Tensors;
  readonly sizes: Readonly<Record<string, number>>;
  readonly session: SessionOptions;
}

/** A point with no more rounding than this is used at once. */
const acceptableRounding = 2e-4;
const maxAttempts = 8;
/** Networks take images in [0, 1] or in [0, 255]. */
const ranges = [1, 255];

/**
 * A random point at which to check a gradient. Missing inputs are drawn several times, until rounding does not blur the
 * gradient; the best point is returned. The choice does not depend on whether the gradient is correct.
 */
export async function sampleCheckPoint(problem: CheckProblem, r: Random): Promise<CheckPoint> {
  const { model, derived, targets, wrt, given, session } = problem;
  await using forward = await open(withOutputs(model, [...targets, ...wrt]), session);
  await using reverse = await open(derived, session);
  await using exact = new ExactGradient(problem);
  const free = freeInputs(model).filter(({ name }) => own(given, name) === undefined);
  let best: CheckPoint | null = null;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const range = ranges[attempt % ranges.length] ?? 1;
    const drawn = free.map((info): [string, Tensor] => [info.name, draw(info, problem.sizes, range, r)]);
    const point = await evaluateAt(
      problem,
      { ...given, ...Object.fromEntries(drawn) },
      forward,
      reverse,
      exact,
      r,
    );
    if (best === null || point.rounding < best.rounding) best = point;
    if (best.rounding <= acceptableRounding || free.length === 0) break;
  }
  if (best === null) throw new OneirosError('runtime', 'no point was evaluated');
  return best;
}

async function evaluateAt(
  { prefix, targets, wrt }: CheckProblem,
  feeds: Tensors,
  forward: Session,
  reverse: Session,
  exact: ExactGradient,
  r: Random,
): Promise<CheckPoint> {
  const values = await forward.run(feeds);
  const noise = targets.map((name): [string, Tensor] => [name, noiseLike(required(values, name), r)]);
  const all = { ...feeds, ...Object.fromEntries(noise.map(([name, t]) => [gradientName(name, prefix), t])) };
  const found = await reverse.run(all);
  return {
    feeds,
    values,
    cotangents: Object.fromEntries(noise),
    gradients: Object.fromEntries(wrt.map((name) => [name, required(found, gradientName(name, prefix))])),
    rounding: await exact.distanceTo(found, all),
  };
}

/** The gradient model in double precision, opened when it is first used. */
class ExactGradient implements AsyncDisposable {
  #session: Promise<Session | null> | undefined;

  constructor(readonly problem: CheckProblem) {}

  async distanceTo(found: Tensors, feeds: Tensors): Promise<number> {
    const { derived, prefix, wrt, session } = this.problem;
    this.#session ??= openFloat64(derived, feeds, session);
    const exact = await (await this.#session)?.run(mapTensors(feeds, toFloat64));
    return exact === undefined
      ? 0
      : Math.max(...wrt.map((name) => distance(exact, found, gradientName(name, prefix))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // `distanceTo` has already thrown why the session could not be opened.
    const session = await this.#session?.catch(() => null);
    await session?.dispose();
  }
}

/** ‖a − b‖ / ‖a‖ for the tensors with this name. */
export function distance(a: Tensors, b: Tensors, name: string): number {
  const [exact, other] = [required(a, name), required(b, name)];
  return Math.sqrt(squaredDistance(exact, other) / Math.max(dot(exact, exact), Number.MIN_VALUE));
}

/** The model in double precision for inputs of these sizes, ready to run; `null` if there is no such form. */
export async function openFloat64(
  model: Model,
  feeds: Tensors,
  session: SessionOptions,
): Promise<Session | null> {
  const dims = Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, t.dims]));
  try {
    const wide = inFloat64(model, dims);
    return wide === null ? null : await open(wide, session);
  } catch (error) {
    if (error instanceof OneirosError && error.code === 'unsupported') return null;
    throw error;
  }
}

export function open(model: Model, options: SessionOptions): Promise<Session> {
  return openModel(model, options);
}

/** Inputs that need a value: old files list constants among the inputs too. */
function freeInputs({ graph }: Model): Model['graph']['inputs'] {
  return graph.inputs.filter(({ name }) => !graph.initializers.has(name));
}

function withOutputs(model: Model, names: readonly string[]): Model {
  const outputs = [...new Set(names)].map((name) => ({ name, type: null }));
  return { ...model, graph: { ...model.graph, outputs } };
}

export function mapTensors(tensors: Tensors, f: (t: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, f(t)]));
}

export function required(tensors: Tensors, name: string): Tensor {
  const found = own(tensors, name);
  if (found === undefined) throw new OneirosError('runtime', `ONNX Runtime returned no "${name}"`);
  return found;
}
