// What becomes of the gradient of one test.
import { differentiate } from '../../lib/autodiff/grad.js';
import { messageOf, OneirosError } from '../../lib/base/errors.js';
import { checkGradient } from '../../lib/gradients/check-gradient.js';
import type { GradientCheck } from '../../lib/gradients/compare.js';
import { otherType } from '../../lib/onnx/codec/type.js';
import type { Model, ValueInfo } from '../../lib/onnx/graph/graph.js';
import { normalizeOpset } from '../../lib/onnx/opset/normalize-opset.js';
import { isFloat } from '../../lib/tensor/dtype.js';
import { random } from '../../lib/tensor/random.js';
import { halfToNumber, numberToHalf, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { attempt, elementsOf, ok, operatorsOf, placement, type Tensors } from './attempt.js';
import type { Outcome } from './row.js';

/**
 * @param feeds `null` if the model cannot be run: its gradient is only derived
 * @param results what the model computes, as far as it is known
 */
export async function differentiated(
  model: Model,
  feeds: Tensors | null,
  results: Tensors,
): Promise<Outcome> {
  const beyond = unlike(model);
  if (beyond !== null) return beyond;
  const ends = endsOf(model, results);
  const refused = attempt(() => differentiate(model, ends));
  if (feeds === null) return refused === null ? { status: 'not run', detail: '' } : classified(refused);
  if (refused === null) return await compared(model, feeds, ends);
  const data = refused.detail.includes('has no gradient by') ? dataOf(model) : null;
  if (data !== null) return await compared(model, feeds, { ...ends, wrt: data });
  const { model: fixed, feeds: rest } = withFixedSizes(model, feeds);
  if (refused.status !== 'refused' || attempt(() => differentiate(fixed, ends)) !== null)
    return classified(refused);
  // ONNX Runtime does not load some models whose sizes it can compute, such as of a Range between vectors.
  const outcome = await compared(normalizeOpset(fixed), rest, ends);
  return outcome.status === 'ok' || outcome.status === 'by data'
    ? { status: 'fixed', detail: refused.detail }
    : outcome;
}

/** What is no question of a gradient: no floating-point tensors at the ends, or operators of other domains. */
function unlike({ graph }: Model): Outcome | null {
  const others = operatorsOf(graph).filter((name) => name.includes('.'));
  if (others.length > 0) return { status: 'other domain', detail: others.join(' ') };
  for (const [what, infos] of [
    ['input', graph.inputs],
    ['output', graph.outputs],
  ] as const)
    if (!infos.some(hasGradient))
      return {
        status: 'no path',
        detail: `no floating-point ${what}: ${infos.map((info) => otherType(info) ?? info.type?.dtype ?? 'undeclared').join(', ')}`,
      };
  return null;
}

function hasGradient({ type }: ValueInfo): boolean {
  return type !== null && (isFloat(type.dtype) || type.dtype === 'bfloat16');
}

function classified({ status, detail }: Outcome): Outcome {
  if (status !== 'refused') return { status, detail };
  if (/^(no gradient reaches|nothing in \[)/.test(detail)) return { status: 'no path', detail };
  return { status: / is bfloat16: /.test(detail) ? 'bfloat16' : 'refused', detail };
}

/** The floating-point inputs but one, a parameter without a gradient such as scales; `null` if no such choice helps. */
function dataOf(model: Model): readonly string[] | null {
  const names = model.graph.inputs.filter(hasGradient).map(({ name }) => name);
  for (const parameter of names.toReversed()) {
    const wrt = names.filter((name) => name !== parameter);
    if (wrt.length > 0 && attempt(() => differentiate(model, { wrt })) === null) return wrt;
  }
  return null;
}

interface Ends {
  readonly wrt?: readonly string[];
  readonly outputs?: readonly string[];
}

/** What to differentiate, and by what, where that is not all that is floating-point. */
function endsOf(model: Model, results: Tensors): Ends {
  const { nodes, inputs } = model.graph;
  // The sizes of an image jump with the scales, which therefore have no gradient.
  const scales = new Set(
    nodes.flatMap(({ op, inputs: taken }) => (op === 'Resize' || op === 'Upsample' ? taken.slice(1) : [])),
  );
  const names = inputs.filter(hasGradient).map(({ name }) => name);
  const data = names.filter((name) => !scales.has(name));
  const floats = Object.entries(results).filter(([, t]) => isFloat(t.dtype));
  // Differences cannot be told from a sum with infinity, or with the lowest float of masked scores.
  const finite = floats
    .filter(([, t]) => elementsOf(t).every((x) => typeof x === 'number' && Math.abs(x) < 1e30))
    .map(([name]) => name);
  return {
    ...(data.length > 0 && data.length < names.length && { wrt: data }),
    ...(finite.length > 0 && finite.length < floats.length && { outputs: finite }),
  };
}

/** Inputs that are not floating-point as constants: axes, sizes and indices usually are. */
function withFixedSizes(model: Model, feeds: Tensors): { readonly model: Model; readonly feeds: Tensors } {
  const { graph } = model;
  const [free, fixed] = [true, false].map((moves) =>
    Object.entries(feeds).filter(([, t]) => isFloat(t.dtype) === moves),
  );
  const names = new Set(fixed!.map(([name]) => name));
  const inputs = graph.inputs.filter(({ name }) => !names.has(name));
  const initializers = new Map([...graph.initializers, ...fixed!]);
  return { model: { ...model, graph: { ...graph, inputs, initializers } }, feeds: Object.fromEntries(free!) };
}

async function compared(model: Model, feeds: Tensors, ends: Ends): Promise<Outcome> {
  const attempts: Outcome[] = [];
  for (const point of [feeds, jittered(feeds)]) {
    try {
      const checks = await checkGradient(model, { ...ends, feeds: point, placement });
      const worst = checks.find((check) => !agrees(check));
      if (worst === undefined)
        return ends.wrt ? { status: 'by data', detail: `only by ${ends.wrt.join(', ')}` } : right(model);
      attempts.push(
        Number.isFinite(worst.numeric)
          ? { status: 'wrong', detail: `by "${worst.wrt}": ${JSON.stringify(worst)}` }
          : { status: 'no path', detail: `by "${worst.wrt}": the result is not finite` },
      );
    } catch (error) {
      attempts.push({
        status: error instanceof OneirosError ? 'unloadable' : 'fault',
        detail: messageOf(error),
      });
    }
  }
  return attempts.find(({ status }) => status === 'wrong') ?? attempts[0] ?? ok;
}

/** The gradient agrees, by every input or by the data without the parameters that its rule takes for constants. */
function right(model: Model): Outcome {
  const constants = differentiate(model, {}).leftOut.filter(({ why }) => why.includes('is a setting of'));
  return constants.length === 0
    ? ok
    : { status: 'by data', detail: `not by ${constants.map(({ name }) => name).join(', ')}` };
}

/** Tests are often at kinks, ties and infinities: a point a little beside them. */
function jittered(feeds: Tensors): Tensors {
  const dice = random(7);
  // Some tests are about NaN and infinity.
  const moved = (x: number) =>
    Number.isFinite(x) ? x + (Math.abs(x) + 0.1) * 0.01 * (1 + dice.uniform()) : dice.uniform();
  return Object.fromEntries(
    Object.entries(feeds).map(([name, t]): [string, Tensor] => {
      if (t.dtype === 'float32') return [name, tensor('float32', t.data.map(moved), t.dims)];
      if (t.dtype === 'float64') return [name, tensor('float64', t.data.map(moved), t.dims)];
      if (t.dtype === 'float16')
        return [
          name,
          tensor(
            'float16',
            t.data.map((x) => numberToHalf(moved(halfToNumber(x)))),
            t.dims,
          ),
        ];
      return [name, t];
    }),
  );
}

/**
 * Differences in the model's own precision are coarse, and half floats coarser. The gradient itself is in single
 * precision: where saturated activations leave it tiny, a few roundings of numbers about 1 remain.
 */
function agrees({ analytic, numeric, error, uncertainty, rounding, precision }: GradientCheck): boolean {
  const own = precision === 'own' ? 1e-2 : 1e-4;
  const limit = Math.min(0.05, Math.max(own, 2 * rounding, precision === 'own' ? 2 * uncertainty : 0));
  return error <= limit || Math.abs(numeric - analytic) <= (precision === 'own' ? 1e-4 : 5e-7);
}
