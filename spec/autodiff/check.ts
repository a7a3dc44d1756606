import { gradientName } from '../../lib/autodiff/names.js';
import type { RuleTable } from '../../lib/autodiff/rules/rule.js';
import { messageOf } from '../../lib/base/errors.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { OPSET } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import type { Session } from '../../lib/runtime/types.js';
import { halfToNumber, type Tensor } from '../../lib/tensor/tensor.js';
import { merged, type Moved, prepare, type Prepared, type Run, tensorOf } from './prepare.js';
import type { Row, Variant } from './row.js';

/** The result of a row's run. */
export interface Outcome extends Run {
  /** float64 wherever ONNX Runtime's CPU has the kernels. */
  readonly precision: 'float64' | 'float32';
  /** Of the worst input: |numeric − analytic| / max(|analytic|, ‖gradient‖). */
  readonly error: number;
  readonly tolerance: number;
  /** Why there is no error figure. */
  readonly failure?: string;
}

export function hasPassed({ error, tolerance, failure }: Outcome): boolean {
  return failure === undefined && error <= tolerance;
}

/**
 * Tolerances: in float64 differences are good to 1e-9; in float32 to the square root of rounding, unless the operator
 * is linear in each input, where any step is exact and only sums are rounded.
 */
const tolerances = { float64: 1e-6, float32: 1e-3, linear: 2e-6 } as const;

const variants: readonly Variant[] = ['static', 'symbolic'];

/** Nodes in one session: many sessions take long to open, and large ones take disproportionately long. */
const batchSize = 300;

/**
 * Compares each row's derived gradient with central differences, sizes known and symbolic.
 * @param overrides rules to check instead of the table's
 */
export async function* checkRows(rows: readonly Row[], overrides: RuleTable = {}): AsyncGenerator<Outcome> {
  const runs = rows.flatMap((row) =>
    (row.options.variants ?? variants).map((variant) => ({ row, variant, overrides })),
  );
  for (const opset of new Set(runs.map(opsetOf)))
    yield* checkRuns(runs.filter((run) => opsetOf(run) === opset));
}

/** Runs of one operator set, which therefore fit into one model, as do gradients of one set. */
async function* checkRuns(runs: readonly Run[]): AsyncGenerator<Outcome> {
  let batch: Prepared[] = [];
  let size = 0;
  for (const [i, run] of runs.entries()) {
    const attempted = attempt(
      run,
      `r${i}/`,
      run.row.options.roundsWithin || isLinear(run.row) ? 'float32' : 'float64',
    );
    if (isOutcome(attempted)) {
      yield attempted;
      continue;
    }
    const [before] = batch;
    if (before !== undefined && gradientOpset(before) !== gradientOpset(attempted)) {
      yield* compute(batch);
      [batch, size] = [[], 0];
    }
    batch.push(attempted);
    size += attempted.gradient.graph.nodes.length;
    if (size < batchSize) continue;
    yield* compute(batch);
    [batch, size] = [[], 0];
  }
  yield* compute(batch);
}

function gradientOpset({ gradient }: Prepared): number | undefined {
  return gradient.opsets.get('');
}

/** The operator set in which a row's model runs. */
function opsetOf({ row }: Run): number {
  if (row.options.lacksKernel) return OPSET;
  return row.options.opset ?? OPSET;
}

/** Rows in one session; those without float64 kernels in ONNX Runtime run again in float32. */
async function* compute(rows: readonly Prepared[]): AsyncGenerator<Outcome> {
  if (rows.length === 0) return;
  try {
    const errors = await errorsOf(rows);
    for (const [i, prepared] of rows.entries()) yield outcomeOf(prepared, errors[i]!);
  } catch (error) {
    const message = messageOf(error);
    const lacking = rows.filter((prepared) => isConcerned(prepared, message));
    const [only] = rows;
    if (lacking.length > 0) {
      yield* compute(rows.filter((prepared) => !lacking.includes(prepared)));
      yield* computeAgain(lacking, message);
    } else if (rows.length > 1) {
      yield* compute(rows.slice(0, rows.length / 2));
      yield* compute(rows.slice(rows.length / 2));
    } else if (only !== undefined) yield* computeAgain([only], message);
  }
}

async function* computeAgain(rows: readonly Prepared[], why: string): AsyncGenerator<Outcome> {
  const attempts = rows.map(({ run, prefix, dtype }) =>
    dtype === 'float64' ? attempt(run, prefix, 'float32') : failed(run, 'float32', why),
  );
  for (const failure of attempts.filter(isOutcome)) yield failure;
  yield* compute(attempts.filter(isPrepared));
}

/** Whether a message is about a row's node, or about a kernel that a row in float64 needs. */
function isConcerned({ prefix, dtype, forward, gradient }: Prepared, message: string): boolean {
  if (message.includes(`'${prefix}`) || message.includes(`(${prefix}`) || message.includes(`"${prefix}`))
    return true;
  const op = /implementation for (\w+)\(/.exec(message)?.[1];
  return (
    dtype === 'float64' && [...forward.graph.nodes, ...gradient.graph.nodes].some((node) => node.op === op)
  );
}

function attempt(run: Run, prefix: string, dtype: 'float64' | 'float32'): Prepared | Outcome {
  try {
    return prepare(run, prefix, dtype);
  } catch (error) {
    return failed(run, dtype, messageOf(error));
  }
}

function isPrepared(attempted: Prepared | Outcome): attempted is Prepared {
  return 'forward' in attempted;
}

function isOutcome(attempted: Prepared | Outcome): attempted is Outcome {
  return !isPrepared(attempted);
}

function isLinear({ inputs }: Row): boolean {
  return inputs.every((input) => input === undefined || 'dtype' in input || input.whole);
}

function failed(run: Run, precision: Outcome['precision'], failure: string): Outcome {
  return { ...run, precision, error: Infinity, tolerance: 0, failure };
}

function outcomeOf({ run, dtype }: Prepared, error: number): Outcome {
  const precision = dtype === 'float64' ? 'float64' : 'float32';
  const tolerance = isLinear(run.row) ? tolerances.linear : tolerances[precision];
  return { ...run, precision, error, tolerance };
}

type Tensors = Readonly<Record<string, Tensor>>;

/** The error of each row, all computed in two sessions. */
async function errorsOf(rows: readonly Prepared[]): Promise<readonly number[]> {
  const feeds = together(rows.map((prepared) => prepared.feeds));
  await using forward = await open(rows.map((prepared) => prepared.forward));
  const values = await forward.run(feeds);
  const cotangents = together(rows.map((prepared) => cotangentsOf(prepared, values)));
  await using gradient = await open(rows.map((prepared) => prepared.gradient));
  const wanted = rows.flatMap(({ moved, prefix }) => moved.map(({ name }) => cotangentName(name, prefix)));
  const gradients = await gradient.run({ ...feeds, ...cotangents }, { fetches: wanted });

  const errors = rows.map(() => 0);
  const inputs = Math.max(...rows.map(({ moved }) => moved.length));
  for (let k = 0; k < inputs; k++) {
    const numeric = await slopes(rows, k, async (steps) => {
      const results = await forward.run({ ...feeds, ...steps });
      return rows.map((prepared) => objective(prepared, results, cotangents));
    });
    for (const [i, { moved, prefix, dtype }] of rows.entries()) {
      const input = moved[k];
      if (input === undefined) continue;
      const derived = gradients[cotangentName(input.name, prefix)];
      const error = compare(elements(derived), input.direction, numeric[i]!);
      errors[i] = Math.max(errors[i]!, derived?.dtype === dtype ? error : Infinity);
    }
  }
  return errors;
}

/**
 * The derivative of every row's objective along the direction of its k-th input: central differences of fourth order,
 * whose steps were fixed beforehand; for whole numbers of second order with step 1.
 */
async function slopes(
  rows: readonly Prepared[],
  k: number,
  objectivesAt: (feeds: Tensors) => Promise<readonly number[]>,
): Promise<readonly number[]> {
  const at = (factor: number) =>
    objectivesAt(
      Object.fromEntries(
        rows.flatMap(({ moved, dtype }) => {
          const input = moved[k];
          if (input === undefined) return [];
          const h = factor * stepOf(input, dtype);
          const values = input.point.map((x, i) => x + h * input.direction[i]!);
          return [[input.name, tensorOf(dtype, values, input.draw.dims)]];
        }),
      ),
    );
  const [one, minusOne, two, minusTwo] = [await at(1), await at(-1), await at(2), await at(-2)];
  return rows.map(({ moved, dtype }, i) => {
    const input = moved[k];
    if (input === undefined) return 0;
    const h = stepOf(input, dtype);
    const second = (one[i]! - minusOne[i]!) / (2 * h);
    return input.draw.whole ? second : (4 * second - (two[i]! - minusTwo[i]!) / (4 * h)) / 3;
  });
}

function stepOf({ draw }: Moved, dtype: Prepared['dtype']): number {
  if (draw.whole) return 1;
  return draw.reach * (dtype === 'float64' ? 2 ** -9 : 2 ** -5);
}

function compare(gradient: readonly number[], direction: readonly number[], numeric: number): number {
  const analytic = dot(gradient, direction);
  const norm = Math.sqrt(dot(gradient, gradient));
  const scale = Math.max(Math.abs(analytic), norm, Number.MIN_VALUE);
  // A value that is not finite agrees with nothing.
  const error = numeric === analytic ? 0 : Math.abs(numeric - analytic) / scale;
  return Number.isFinite(analytic) && Number.isFinite(error) ? error : Infinity;
}

function cotangentsOf({ prefix, gradient, dtype, run, random }: Prepared, values: Tensors): Tensors {
  const names = gradient.graph.inputs
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${prefix}d_`));
  return Object.fromEntries(
    names.map((name) => {
      const dims = values[prefix + name.slice(prefix.length + 2)]?.dims ?? [];
      const length = dims.reduce((product, size) => product * size, 1);
      const next = () => (isLinear(run.row) ? random.integer(-3, 3) : random.normal());
      return [name, tensorOf(dtype, Array.from({ length }, next), dims)];
    }),
  );
}

function together(feeds: readonly Tensors[]): Tensors {
  return Object.fromEntries(feeds.flatMap((some) => Object.entries(some)));
}

function cotangentName(name: string, prefix: string): string {
  return prefix + gradientName(name.slice(prefix.length));
}

function objective({ prefix, gradient }: Prepared, values: Tensors, cotangents: Tensors): number {
  return gradient.graph.inputs
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${prefix}d_`))
    .reduce(
      (sum, name) =>
        sum + dot(elements(values[prefix + name.slice(prefix.length + 2)]), elements(cotangents[name])),
      0,
    );
}

function open(models: readonly Prepared['forward'][]): Promise<Session> {
  return openSession(encodeModel(merged(models)), {
    isolation: 'none',
    threads: 1,
    transfer: true,
    provider: 'cpu',
  });
}

export function elements(t: Tensor | undefined): readonly number[] {
  if (t === undefined) throw new RangeError('ONNX Runtime left an output out');
  if (t.dtype === 'float16') return Array.from(t.data, halfToNumber);
  return Array.from<unknown, number>(t.data, Number);
}

function dot(a: readonly number[], c: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * c[i]!, 0);
}
