import { OneirosError } from '../errors.js';
import { grad, type GradOptions } from '../autodiff/grad.js';
import type { Model, ValueInfo } from '../onnx/graph.js';
import { encodeModel } from '../onnx/write.js';
import { openSession, type Session, type SessionOptions } from '../runtime/session.js';
import { random, type Random } from '../tensor/random.js';
import { isFloat, type FloatDType } from '../tensor/dtype.js';
import { halfToNumber, numberToHalf, sizeOf, tensor, type Tensor } from '../tensor/tensor.js';

export interface CheckOptions
  extends Omit<GradOptions, 'loss' | 'keepOutputs'>, Omit<SessionOptions, 'transfer'> {
  /** Where to differentiate; inputs left out are drawn uniformly from [0, 1), symbolic sizes taken from `sizes`. */
  readonly feeds?: Readonly<Record<string, Tensor>>;
  /** Sizes of symbolic axes. Default: 1 for the first axis, 64 for others. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Steps of the central difference, relative to the size of the inputs. */
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
}

/** Too large steps bend (or cross kinks), too small ones drown in rounding: the best agreement counts. */
const defaultSteps = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4];

type Feeds = Readonly<Record<string, Tensor>>;

/**
 * Compares a model's derived gradient with central differences of the model, for a random cotangent of every output
 * and along a random direction in each value to differentiate by. Sums run in double precision, the model in its own.
 */
export async function checkGradient(
  model: Model,
  options: CheckOptions = {},
): Promise<readonly GradientCheck[]> {
  const { seed = 1, steps = defaultSteps } = options;
  const r = random(seed);
  const derived = grad(model, { ...options, keepOutputs: [] });
  const names = (infos: readonly ValueInfo[], known: ReadonlySet<string>) =>
    infos.map(({ name }) => name).filter((name) => name.startsWith('d_') && !known.has(name));
  const targets = names(derived.graph.inputs, new Set(model.graph.inputs.map(({ name }) => name)));
  const wrt = names(derived.graph.outputs, new Set()).map((name) => name.slice(2));

  const given = Object.fromEntries(
    model.graph.inputs.map((input) => [
      input.name,
      options.feeds?.[input.name] ?? draw(input, options.sizes ?? {}, r),
    ]),
  );
  const values = await compute(
    withOutputs(model, [...targets.map((name) => name.slice(2)), ...wrt]),
    given,
    options,
  );
  const cotangents = Object.fromEntries(
    targets.map((name) => [name, noiseLike(required(values, name.slice(2)), r)]),
  );
  const gradients = await compute(derived, { ...given, ...cotangents }, options);

  const checks: GradientCheck[] = [];
  for (const name of wrt) {
    const point = required(values, name);
    const direction = noiseLike(point, r);
    const outputs = targets.map((target) => target.slice(2));
    await using forward = await open(withOutputs(withInput(model, name, point), outputs), options);
    const difference = async (step: number) => {
      const at = async (h: number) => {
        const moved = await forward.run(
          { ...given, [name]: along(point, direction, h) },
          { fetches: outputs },
        );
        return outputs.reduce(
          (sum, output) => sum + dot(required(moved, output), required(cotangents, `d_${output}`)),
          0,
        );
      };
      return ((await at(step)) - (await at(-step))) / (2 * step);
    };
    const numerics: number[] = [];
    for (const step of steps) numerics.push(await difference(step * scaleOf(point)));
    checks.push(compare(name, required(gradients, `d_${name}`), direction, numerics));
  }
  return checks;
}

function compare(
  wrt: string,
  gradient: Tensor,
  direction: Tensor,
  numerics: readonly number[],
): GradientCheck {
  const analytic = dot(gradient, direction);
  const norm = Math.sqrt(dot(gradient, gradient));
  const errorOf = (numeric: number) =>
    Math.abs(numeric - analytic) / Math.max(Math.abs(analytic), norm, Number.MIN_VALUE);
  const numeric = numerics.reduce((best, next) => (errorOf(next) < errorOf(best) ? next : best), Infinity);
  // A gradient that is not finite agrees with nothing.
  return { wrt, analytic, numeric, norm, error: Number.isFinite(analytic) ? errorOf(numeric) : Infinity };
}

async function compute(model: Model, feeds: Feeds, options: SessionOptions): Promise<Feeds> {
  await using session = await open(model, options);
  return await session.run(feeds);
}

function open(model: Model, options: SessionOptions): Promise<Session> {
  return openSession(encodeModel(model), { ...options, transfer: true });
}

function withOutputs(model: Model, names: readonly string[]): Model {
  const outputs = [...new Set(names)].map((name) => ({ name, type: null }));
  return { ...model, graph: { ...model.graph, outputs } };
}

/** The model with a weight or a value in between as an input, whatever made it before. */
function withInput(model: Model, name: string, like: Tensor): Model {
  const { graph } = model;
  if (graph.inputs.some((input) => input.name === name)) return model;
  const initializers = new Map(graph.initializers);
  initializers.delete(name);
  const nodes = graph.nodes.map((node) => ({
    ...node,
    outputs: node.outputs.map((output) => (output === name ? `${name} before` : output)),
  }));
  const inputs = [...graph.inputs, { name, type: { dtype: like.dtype, shape: like.dims } }];
  return { ...model, graph: { ...graph, inputs, initializers, nodes } };
}

function draw({ name, type }: ValueInfo, sizes: Readonly<Record<string, number>>, r: Random): Tensor {
  const shape = type?.shape ?? null;
  if (type === null || shape === null)
    throw new OneirosError('bad-argument', `input "${name}" has no declared shape: give it in \`feeds\``);
  const dims = shape.map((size, axis) =>
    typeof size === 'number' ? size : (sizes[size] ?? (axis === 0 ? 1 : 64)),
  );
  if (!isFloat(type.dtype))
    throw new OneirosError('bad-argument', `input "${name}" is ${type.dtype}: give it in \`feeds\``);
  return fill(type.dtype, dims, () => r.uniform());
}

function noiseLike(like: Tensor, r: Random): Tensor {
  return fill(floatOf(like), like.dims, () => r.normal());
}

/** point + h · direction */
function along(point: Tensor, direction: Tensor, h: number): Tensor {
  const [from, to] = [reader(point), reader(direction)];
  let i = 0;
  return fill(floatOf(point), point.dims, () => from(i) + h * to(i++));
}

function fill(dtype: FloatDType, dims: readonly number[], next: () => number): Tensor {
  const n = sizeOf(dims);
  const values = Float64Array.from({ length: n }, next);
  if (dtype === 'float64') return tensor(dtype, values, dims);
  if (dtype === 'float32') return tensor(dtype, Float32Array.from(values), dims);
  return tensor(dtype, Uint16Array.from(values, numberToHalf), dims);
}

function dot(a: Tensor, c: Tensor): number {
  const [left, right] = [reader(a), reader(c)];
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += left(i) * right(i);
  return sum;
}

/** Root mean square: what a relative step is relative to; 1 for zeros. */
function scaleOf(point: Tensor): number {
  return Math.sqrt(dot(point, point) / Math.max(1, point.data.length)) || 1;
}

function reader(t: Tensor): (i: number) => number {
  const { data } = t;
  return t.dtype === 'float16' ? (i) => halfToNumber(Number(data[i])) : (i) => Number(data[i]);
}

function floatOf({ dtype }: Tensor): FloatDType {
  if (isFloat(dtype)) return dtype;
  throw new OneirosError('bad-argument', `only floating-point values have gradients, not ${dtype}`);
}

function required(tensors: Feeds, name: string): Tensor {
  const found = tensors[name];
  if (found === undefined) throw new OneirosError('runtime', `ONNX Runtime returned no "${name}"`);
  return found;
}
