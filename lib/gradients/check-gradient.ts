import { grad, type GradOptions } from '../autodiff/grad.js';
import { extractSubgraph } from '../onnx/extract.js';
import type { Model } from '../onnx/graph.js';
import type { SessionOptions } from '../runtime/session.js';
import { random } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { derivative } from './difference.js';
import { toFloat64 } from './float64.js';
import { along, dot, noiseLike, scaleOf } from './perturb.js';
import {
  distance,
  findPlace,
  mapTensors,
  open,
  openFloat64,
  required,
  type Place,
  type Tensors,
} from './place.js';

export interface CheckOptions
  extends Omit<GradOptions, 'loss' | 'keepOutputs' | 'prefix'>, Omit<SessionOptions, 'transfer'> {
  /**
   * Where to differentiate. Inputs left out are drawn uniformly from [0, 1) or [0, 255), again where float32 is too
   * coarse for the place; symbolic sizes are taken from `sizes`.
   */
  readonly feeds?: Readonly<Record<string, Tensor>>;
  /** Sizes of symbolic axes. Default: 1 for the first axis, 64 for others. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Steps of the central differences, relative to the size of the inputs, in descending order. */
  readonly steps?: readonly number[];
  readonly seed?: number;
}

/** How the derived gradient by one value compares with what differences of the model itself say. */
export interface GradientCheck {
  readonly wrt: string;
  /** The directional derivative ⟨gradient, direction⟩, and the difference quotient that should equal it. */
  readonly analytic: number;
  readonly numeric: number;
  /** |numeric − analytic| / max(|analytic|, ‖gradient‖): what a random direction sees of a gradient is about its norm. */
  readonly error: number;
  readonly norm: number;
  /** How far the difference quotients disagree among themselves, in the error's units. */
  readonly uncertainty: number;
  /** ‖gradient − the same in double precision‖ / ‖gradient‖: how much of the error the model's own precision explains. */
  readonly rounding: number;
  /** What the differences were taken in: double precision wherever the model can be said in it. */
  readonly precision: 'float64' | 'own';
}

/** A step h crosses about h of all kinks, and each counts: the error of a deep network falls with √h alone. */
const fineSteps = [1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
const coarseSteps = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4];
/** How well the model in double precision has to agree with the model itself to stand in for it. */
const agreement = 1e-3;
/** A name that no model has. */
const prefix = 'cotangent of ';

/** The model as a function of one of its values, to take differences of. */
interface Forward extends AsyncDisposable {
  readonly precision: GradientCheck['precision'];
  readonly point: Tensor;
  run(point: Tensor): Promise<Tensors>;
}

/**
 * Compares a model's derived gradient with central differences of the model, for a random cotangent of every output
 * and along a random direction in each value to differentiate by. The gradient is computed as it always is; the
 * differences are taken of the model in double precision, so that steps are small enough to cross hardly any kink, or
 * in its own where an operator has no form in double precision.
 * @throws OneirosError as `grad` does, and `bad-argument` for an input that has to be given in `feeds`
 */
export async function checkGradient(
  model: Model,
  options: CheckOptions = {},
): Promise<readonly GradientCheck[]> {
  const r = random(options.seed ?? 1);
  const derived = grad(model, { ...options, keepOutputs: [], prefix });
  const [targets, wrt] = [derivedNames(derived.graph.inputs), derivedNames(derived.graph.outputs)];
  const { feeds: given = {}, sizes = {} } = options;
  const question = { model, derived, prefix, targets, wrt, given, sizes, session: options };
  const place = await findPlace(question, r);

  const checks: GradientCheck[] = [];
  for (const name of wrt) {
    await using forward = await openForward(model, place, name, options);
    const { point } = forward;
    const direction = noiseLike(point, r);
    const steps = options.steps ?? (point.dtype === 'float64' ? fineSteps : coarseSteps);
    const numeric = await derivative(
      async (h) => inner(await forward.run(along(point, direction, h)), place.cotangents),
      steps.map((step) => step * scaleOf(point)),
    );
    const gradient = required(place.gradients, name);
    const [analytic, norm] = [dot(gradient, direction), Math.sqrt(dot(gradient, gradient))];
    const unit = Math.max(Math.abs(analytic), norm, Number.MIN_VALUE);
    const error = Math.abs(numeric.value - analytic) / unit;
    checks.push({
      wrt: name,
      analytic,
      numeric: numeric.value,
      norm,
      // What is not a number agrees with nothing.
      error: Number.isNaN(error) ? Infinity : error,
      uncertainty: numeric.uncertainty / unit,
      rounding: place.rounding,
      precision: forward.precision,
    });
  }
  return checks;
}

function derivedNames(infos: Model['graph']['inputs']): readonly string[] {
  return infos.flatMap(({ name }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

/** ⟨outputs, cotangents⟩ */
function inner(outputs: Tensors, cotangents: Tensors): number {
  return Object.entries(cotangents).reduce((sum, [name, dy]) => sum + dot(required(outputs, name), dy), 0);
}

async function openForward(
  model: Model,
  { feeds, values, cotangents }: Place,
  wrt: string,
  options: SessionOptions,
): Promise<Forward> {
  const point = required(values, wrt);
  const free = extractSubgraph(model, [wrt], Object.keys(cotangents));
  const at = Object.fromEntries(
    free.graph.inputs.flatMap(({ name }) => {
      const fed = name === wrt ? point : feeds[name];
      return fed === undefined ? [] : [[name, fed]];
    }),
  );
  const wide = await openFloat64(free, at, options);
  if (wide !== null) {
    const wideFeeds = mapTensors(at, toFloat64);
    const found = await wide.run(wideFeeds);
    if (Object.keys(cotangents).every((name) => distance(values, found, name) <= agreement))
      return {
        precision: 'float64',
        point: required(wideFeeds, wrt),
        run: (moved) => wide.run({ ...wideFeeds, [wrt]: moved }),
        [Symbol.asyncDispose]: () => wide.dispose(),
      };
    await wide.dispose();
  }
  const session = await open(free, options);
  return {
    precision: 'own',
    point,
    run: (moved) => session.run({ ...at, [wrt]: moved }),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}
