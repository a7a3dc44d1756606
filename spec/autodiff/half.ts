import { gradientName, valueOfGradient } from '../../lib/autodiff/names.js';
import { messageOf } from '../../lib/base/errors.js';
import { Builder, dtypeOf } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { openSession } from '../../lib/runtime/session.js';
import type { Tensor } from '../../lib/tensor/tensor.js';
import { elements } from './check.js';
import { prepare, type Prepared, tensorOf } from './prepare.js';
import type { Row } from './row.js';

/** The result of a row's gradient in float16. */
export interface HalfOutcome {
  readonly row: Row;
  /** Every gradient of the emitted graph has the element type of its value. */
  readonly keepsType: boolean;
  /** Whether ONNX Runtime's CPU provider could run it. */
  readonly ran: boolean;
  /** The difference from the gradient in float32, relative to its largest element; 0 if it did not run. */
  readonly error: number;
  readonly failure?: string;
}

/** Half floats have 11 bits, and intermediate sums lose a few of them. */
export const halfTolerance = 2e-2;

/** One row of each operator, in float16 beside float32. */
export async function* checkHalf(rows: readonly Row[]): AsyncGenerator<HalfOutcome> {
  const first = new Map(rows.toReversed().map((row) => [row.op, row]));
  for (const row of first.values()) yield await checkRow(row);
}

async function checkRow(row: Row): Promise<HalfOutcome> {
  try {
    const [half, single] = (['float16', 'float32'] as const).map((dtype) =>
      prepare({ row, variant: 'static' }, '', dtype),
    );
    if (half === undefined || single === undefined) throw new RangeError('two precisions were asked for');
    const keepsType = typesAreKept(half);
    try {
      return { row, keepsType, ran: true, error: difference(await gradients(half), await gradients(single)) };
    } catch {
      return { row, keepsType, ran: false, error: 0 };
    }
  } catch (error) {
    return { row, keepsType: false, ran: false, error: Infinity, failure: messageOf(error) };
  }
}

function typesAreKept({ gradient, moved }: Prepared): boolean {
  const b = Builder.from(gradient.graph);
  return moved.every(({ name }) => dtypeOf(b.value(gradientName(name))) === 'float16');
}

async function gradients({ gradient, feeds, dtype }: Prepared): Promise<Readonly<Record<string, Tensor>>> {
  const cotangents = gradient.graph.inputs.flatMap(({ name, type }) => {
    if (valueOfGradient(name) === null) return [];
    const dims = (type?.shape ?? []).map(Number);
    const count = dims.reduce((product, size) => product * size, 1);
    const wave = Array.from({ length: count }, (_, i) => Math.cos(0.5 + 0.7 * i));
    return [[name, tensorOf(dtype, wave, dims)] as const];
  });
  await using session = await openSession(encodeModel(gradient), {
    isolation: 'none',
    threads: 1,
    provider: 'cpu',
  });
  const fetches = gradient.graph.outputs
    .map(({ name }) => name)
    .filter((name) => valueOfGradient(name) !== null);
  return await session.run({ ...feeds, ...Object.fromEntries(cotangents) }, { fetches });
}

function difference(a: Readonly<Record<string, Tensor>>, c: Readonly<Record<string, Tensor>>): number {
  const errors = Object.keys(c).map((name) => {
    const [half, single] = [elements(a[name]), elements(c[name])];
    const scale = Math.max(1e-3, ...single.map(Math.abs));
    return Math.max(0, ...single.map((value, i) => Math.abs(value - half[i]!) / scale));
  });
  return Math.max(...errors);
}
