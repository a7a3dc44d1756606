import { grad } from '../../lib/autodiff/grad.js';
import { messageOf, OneirosError } from '../../lib/base/errors.js';
import { checkGradient } from '../../lib/gradients/check-gradient.js';
import type { GradientCheck } from '../../lib/gradients/compare.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Graph, Model } from '../../lib/onnx/graph/graph.js';
import { subgraphsOf } from '../../lib/onnx/graph/subgraphs.js';
import { normalizeOpset } from '../../lib/onnx/opset/normalize-opset.js';
import { isDeterministic } from '../../lib/onnx/passes/pass.js';
import { simplifyModel } from '../../lib/onnx/passes/simplify.js';
import { openModel } from '../../lib/runtime/open-model.js';
import type { Placement } from '../../lib/runtime/types.js';
import { isFloat } from '../../lib/tensor/dtype.js';
import { random } from '../../lib/tensor/random.js';
import { halfToNumber, numberToHalf, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import type { Outcome, Row, Status, Step } from './row.js';
import { readTestCase, type TestCase } from './test-case.js';

type Tensors = Readonly<Record<string, Tensor>>;

const placement: Placement = { provider: 'cpu', isolation: 'none', threads: 1 };
const notRun: Outcome = { status: 'not run', detail: '' };
const ok: Outcome = { status: 'ok', detail: '' };

/** Runs one test through decoding, encoding, normalizing, simplifying and differentiating. */
export async function checkCase(folder: string): Promise<Row> {
  const test = readTestCase(folder);
  const { model } = test;
  const outcomes: Record<Step, Outcome> = {
    runs: notRun,
    rewritten: notRun,
    normalized: notRun,
    simplified: notRun,
    gradient: notRun,
  };
  const expected = await expectation(test);
  outcomes.runs = expected.outcome;
  for (const [step, make] of transformations)
    outcomes[step] =
      expected.results === null
        ? (attempt(() => encodeModel(make(model))) ?? notRun)
        : await transformed(() => make(model), test, expected.results, expected.outcome);
  outcomes.gradient =
    expected.outcome.status === 'ok'
      ? await differentiated(test, test.feeds ?? {}, expected.results ?? {})
      : (attempt(() => grad(model)) ?? notRun);
  return {
    name: test.name,
    operators: [...new Set(operatorsOf(model.graph))].join(' '),
    opset: model.opsets.get('') ?? 0,
    outcomes,
  };
}

/** What the model computes: by ONNX Runtime, or by the test's own file if ONNX Runtime has no kernel. */
async function expectation({ model, feeds, results }: TestCase) {
  if (!operatorsOf(model.graph).every(isDeterministic))
    return { outcome: { status: 'not run', detail: 'random results' }, results: null } as const;
  if (feeds === null)
    return {
      outcome: { status: 'not run', detail: 'inputs that are not tensors of a JavaScript type' },
      results: null,
    } as const;
  try {
    const found = await run(model, feeds);
    return { outcome: ok, results: found };
  } catch (error) {
    return { outcome: { status: 'not run', detail: messageOf(error) } as const, results };
  }
}

const transformations: readonly (readonly [Step, (model: Model) => Model])[] = [
  ['rewritten', (model) => decodeModel(encodeModel(model))],
  ['normalized', (model) => normalizeOpset(model)],
  ['simplified', (model) => simplifyModel(normalizeOpset(model))],
];

/** ONNX Runtime's result counts, or the test's own: it differs where ONNX Runtime departs from the specification. */
async function transformed(
  make: () => Model,
  { feeds, results }: TestCase,
  expected: Tensors,
  original: Outcome,
): Promise<Outcome> {
  let model: Model;
  try {
    model = make();
  } catch (error) {
    return refusal(error);
  }
  let found: Tensors;
  try {
    found = await run(model, feeds ?? {});
  } catch (error) {
    return { status: original.status === 'ok' ? 'unloadable' : 'not run', detail: messageOf(error) };
  }
  const detail = difference(expected, found, original.status === 'ok' ? tolerance : fileTolerance);
  const isRight = detail === null || (results !== null && difference(results, found) === null);
  return isRight ? ok : { status: 'wrong', detail };
}

async function run(model: Model, feeds: Tensors): Promise<Tensors> {
  await using session = await openModel(model, placement);
  const names = new Set(session.inputs.map(({ name }) => name));
  return await session.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))));
}

/** How much results may differ from those of another graph of the same function, relative to the greatest. */
const tolerance: Readonly<Partial<Record<Tensor['dtype'], number>>> = {
  float32: 2e-5,
  float64: 1e-6,
  float16: 4e-3,
  bfloat16: 2e-2,
};

/** The files of some tests have a few digits only. */
const fileTolerance: typeof tolerance = { ...tolerance, float32: 1e-3 };

function difference(expected: Tensors, found: Tensors, tolerances = tolerance): string | null {
  for (const [name, want] of Object.entries(expected)) {
    const got = found[name];
    if (got === undefined) return `no output "${name}"`;
    if (got.dtype !== want.dtype) return `"${name}" is ${got.dtype} instead of ${want.dtype}`;
    if (got.dims.join() !== want.dims.join())
      return `"${name}" is [${got.dims.join(', ')}] instead of [${want.dims.join(', ')}]`;
    const [a, b] = [elementsOf(got), elementsOf(want)];
    const scale = b.reduce<number>(
      (max, x) => (typeof x === 'number' && Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max),
      1e-3,
    );
    const wrong = b.findIndex((x, i) => !isNear(a[i], x, (tolerances[want.dtype] ?? 0) * scale));
    if (wrong >= 0) return `"${name}"[${wrong}] is ${String(a[wrong])} instead of ${String(b[wrong])}`;
  }
  return null;
}

function elementsOf(t: Tensor): readonly (number | bigint | string)[] {
  if (t.dtype === 'float16') return Array.from(t.data, halfToNumber);
  return Array.from<number | bigint | string>(t.data);
}

function isNear(a: unknown, b: unknown, by: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= by;
}

async function differentiated({ model }: TestCase, feeds: Tensors, results: Tensors): Promise<Outcome> {
  const isContinuous = (t: Tensor) => isFloat(t.dtype);
  if (!Object.values(feeds).some(isContinuous) || !Object.values(results).some(isContinuous))
    return { status: 'no path', detail: 'no floating-point input and output' };
  const ends = endsOf(model, feeds, results);
  const refused = attempt(() => grad(model, ends));
  if (refused === null) return compared(model, feeds, ends);
  const { model: fixed, feeds: rest } = withFixedSizes(model, feeds);
  if (refused.status !== 'refused' || attempt(() => grad(fixed, ends)) !== null) return refused;
  // ONNX Runtime does not load some models whose sizes it can compute, such as of a Range between vectors.
  const outcome = await compared(normalizeOpset(fixed), rest, ends);
  return outcome.status === 'ok' ? { status: 'fixed', detail: refused.detail } : outcome;
}

interface Ends {
  readonly wrt?: readonly string[];
  readonly outputs?: readonly string[];
}

/** What to differentiate, and by what, where that is not all that is floating-point. */
function endsOf({ graph }: Model, feeds: Tensors, results: Tensors): Ends {
  const named = (tensors: Tensors, fits: (name: string, t: Tensor) => boolean) => {
    const floats = Object.entries(tensors).filter(([, t]) => isFloat(t.dtype));
    const some = floats.filter(([name, t]) => fits(name, t)).map(([name]) => name);
    return some.length === 0 || some.length === floats.length ? undefined : some;
  };
  // The sizes of an image jump with the scales, which therefore have no gradient.
  const scales = new Set(
    graph.nodes.flatMap(({ op, inputs }) => (op === 'Resize' || op === 'Upsample' ? inputs.slice(1) : [])),
  );
  const wrt = named(feeds, (name) => !scales.has(name));
  // Differences cannot be told from a sum with infinity, or with the lowest float of masked scores.
  const outputs = named(results, (_, t) =>
    elementsOf(t).every((x) => typeof x === 'number' && Math.abs(x) < 1e30),
  );
  return { ...(wrt && { wrt }), ...(outputs && { outputs }) };
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
      if (worst === undefined) return ok;
      if (!Number.isFinite(worst.numeric)) {
        attempts.push({ status: 'no path', detail: `by "${worst.wrt}": the result is not finite` });
        continue;
      }
      attempts.push({ status: 'wrong', detail: `by "${worst.wrt}": ${JSON.stringify(worst)}` });
    } catch (error) {
      attempts.push({
        status: error instanceof OneirosError ? 'unloadable' : 'fault',
        detail: messageOf(error),
      });
    }
  }
  return attempts.find(({ status }) => status === 'wrong') ?? attempts[0] ?? ok;
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

function attempt(make: () => unknown): Outcome | null {
  try {
    make();
    return null;
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Outcome {
  const detail = messageOf(error);
  if (!(error instanceof OneirosError)) return { status: 'fault', detail };
  const status: Status = /^(no gradient reaches|nothing in \[)/.test(detail) ? 'no path' : 'refused';
  return { status, detail };
}

function operatorsOf({ nodes }: Graph): readonly string[] {
  return nodes.flatMap((node) => [
    node.domain === '' ? node.op : `${node.domain}.${node.op}`,
    ...subgraphsOf(node).flatMap(operatorsOf),
  ]);
}
