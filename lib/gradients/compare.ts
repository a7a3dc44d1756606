import { grad } from '../autodiff/grad.js';
import { valueOfGradient } from '../autodiff/names.js';
import { gradKinds } from '../autodiff/options.js';
import { optionsFor } from '../base/check-arguments.js';
import { own } from '../base/own.js';
import type { Model } from '../onnx/graph/graph.js';
import { extractSubgraph } from '../onnx/passes/extract.js';
import type { Session, SessionOptions } from '../runtime/types.js';
import { random } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import type { CheckGradientOptions } from './check-options.js';
import {
  type CheckPoint,
  distance,
  mapTensors,
  open,
  openFloat64,
  required,
  sampleCheckPoint,
  type Tensors,
} from './check-point.js';
import { derivative } from './difference.js';
import { toFloat64 } from './float64.js';
import { along, dot, noiseLike, scaleOf } from './perturb.js';

/** A step h crosses about h of all kinks, and each counts: the error of a deep network falls only with √h. */
const fineSteps = [1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
const coarseSteps = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4];
/** How well the model in double precision must agree with the model itself to replace it. */
const agreement = 1e-3;
/** Assumed not to begin any name of the model; `grad` throws if it does. */
const prefix = 'cotangent of ';

/** How the derived gradient by one value compares with differences of the model. */
export interface GradientCheck {
  readonly wrt: string;
  /** The directional derivative ⟨gradient, direction⟩, and the difference quotient that should equal it. */
  readonly analytic: number;
  readonly numeric: number;
  /** |numeric − analytic| / max(|analytic|, ‖gradient‖): along a random direction, a gradient is about its norm. */
  readonly error: number;
  readonly norm: number;
  /** How far the difference quotients disagree with each other, in the same unit as `error`. */
  readonly uncertainty: number;
  /**
   * ‖gradient − the same in double precision‖ / ‖gradient‖: how much of the error the model's own precision explains.
   */
  readonly rounding: number;
  /** The precision of the differences: double precision if the model can be expressed in it, otherwise the model's. */
  readonly precision: 'float64' | 'own';
}

/** The model as a function of one of its values, for differences. */
interface Forward extends AsyncDisposable {
  readonly precision: GradientCheck['precision'];
  readonly point: Tensor;
  run(point: Tensor): Promise<Tensors>;
}

/** See `checkGradient`. */
export async function compareGradient(
  model: Model,
  options: CheckGradientOptions,
): Promise<readonly GradientCheck[]> {
  const r = random(options.seed ?? 1);
  const derived = grad(model, { ...optionsFor(gradKinds, options), keepOutputs: [], prefix });
  const [targets, wrt] = [derivedNames(derived.graph.inputs), derivedNames(derived.graph.outputs)];
  const { feeds: given = {}, sizes = {} } = options;
  const session: SessionOptions = {
    ...options.placement,
    ...(options.signal && { signal: options.signal }),
  };
  const problem = { model, derived, prefix, targets, wrt, given, sizes, session };
  const checkPoint = await sampleCheckPoint(problem, r);

  const checks: GradientCheck[] = [];
  for (const name of wrt) {
    await using forward = await openForward(model, checkPoint, name, session);
    const { point } = forward;
    const direction = noiseLike(point, r);
    const steps = options.steps ?? (point.dtype === 'float64' ? fineSteps : coarseSteps);
    const numeric = await derivative(
      async (h) => inner(await forward.run(along(point, direction, h)), checkPoint.cotangents),
      steps.map((step) => step * scaleOf(point)),
    );
    const gradient = required(checkPoint.gradients, name);
    const [analytic, norm] = [dot(gradient, direction), Math.sqrt(dot(gradient, gradient))];
    const unit = Math.max(Math.abs(analytic), norm, Number.MIN_VALUE);
    const error = Math.abs(numeric.value - analytic) / unit;
    checks.push({
      wrt: name,
      analytic,
      numeric: numeric.value,
      norm,
      // NaN agrees with nothing.
      error: Number.isNaN(error) ? Infinity : error,
      uncertainty: numeric.uncertainty / unit,
      rounding: checkPoint.rounding,
      precision: forward.precision,
    });
  }
  return checks;
}

function derivedNames(infos: Model['graph']['inputs']): readonly string[] {
  return infos.flatMap(({ name }) => valueOfGradient(name, prefix) ?? []);
}

/** ⟨outputs, cotangents⟩ */
function inner(outputs: Tensors, cotangents: Tensors): number {
  return Object.entries(cotangents).reduce((sum, [name, dy]) => sum + dot(required(outputs, name), dy), 0);
}

async function openForward(
  model: Model,
  { feeds, values, cotangents }: CheckPoint,
  wrt: string,
  options: SessionOptions,
): Promise<Forward> {
  const point = required(values, wrt);
  const free = extractSubgraph(model, [wrt], Object.keys(cotangents));
  const at = Object.fromEntries(
    free.graph.inputs.flatMap(({ name }) => {
      const fed = name === wrt ? point : own(feeds, name);
      return fed === undefined ? [] : [[name, fed]];
    }),
  );
  const wide = await openFloat64(free, at, options);
  if (wide !== null) {
    const wideFeeds = mapTensors(at, toFloat64);
    const agrees = (found: Tensors) =>
      Object.keys(cotangents).every((name) => distance(values, found, name) <= agreement);
    if (await endUnless(wide, async () => agrees(await wide.run(wideFeeds))))
      return {
        precision: 'float64',
        point: required(wideFeeds, wrt),
        run: (moved) => wide.run({ ...wideFeeds, [wrt]: moved }),
        [Symbol.asyncDispose]: () => wide.dispose(),
      };
  }
  const session = await open(free, options);
  return {
    precision: 'own',
    point,
    run: (moved) => session.run({ ...at, [wrt]: moved }),
    [Symbol.asyncDispose]: () => session.dispose(),
  };
}

/** Whether a condition on a session holds; if not, or if that cannot be told, the session is disposed. */
async function endUnless(session: Session, holds: () => Promise<boolean>): Promise<boolean> {
  try {
    if (await holds()) return true;
  } catch (error) {
    // The first error is the one to report.
    await session.dispose().catch(() => undefined);
    throw error;
  }
  await session.dispose();
  return false;
}
