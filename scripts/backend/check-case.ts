import { messageOf } from '../../lib/base/errors.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { normalizeOpset } from '../../lib/onnx/opset/normalize-opset.js';
import { isDeterministic } from '../../lib/onnx/passes/pass.js';
import { simplifyModel } from '../../lib/onnx/passes/simplify.js';
import { openModel } from '../../lib/runtime/open-model.js';
import type { Tensor } from '../../lib/tensor/tensor.js';
import { attempt, elementsOf, notRun, ok, operatorsOf, placement, refusal, type Tensors } from './attempt.js';
import { differentiated } from './gradient.js';
import type { Outcome, Row, Step } from './row.js';
import { readTestCase, type TestCase } from './test-case.js';

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
  outcomes.gradient = await differentiated(
    model,
    expected.outcome.status === 'ok' ? test.feeds : null,
    expected.results ?? {},
  );
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

function isNear(a: unknown, b: unknown, by: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= by;
}
