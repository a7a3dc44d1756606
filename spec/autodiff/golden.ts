import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { grad } from '../../lib/autodiff/grad.js';
import { messageOf } from '../../lib/base/errors.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { type AttributeLike, attributes } from '../../lib/onnx/graph/attributes.js';
import { type Model, OPSET } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32, int64, sizeOf, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { elements } from './check.js';
import { merged, prefixed } from './prepare.js';

/** One gradient from PyTorch: see scripts/reference/gradients.py. */
export interface GoldenCase {
  readonly op: string;
  readonly note: string | null;
  readonly opset: number | null;
  readonly inputs: readonly GoldenInput[];
  readonly attributes: Readonly<
    Record<string, number | string | readonly number[] | { readonly float: number }>
  >;
  readonly output: readonly number[];
  /** Whether the cotangent is 1 everywhere. */
  readonly ones: boolean;
  /** By the input's index. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

interface GoldenInput {
  readonly dims: readonly number[];
  readonly values?: readonly number[];
  readonly ints?: readonly number[];
  readonly flags?: readonly number[];
  readonly phase?: number;
  readonly scale?: number;
  readonly shift?: number;
}

/** The result of a case: the largest difference, relative to the largest gradient. */
export interface GoldenOutcome {
  readonly golden: GoldenCase;
  readonly error: number;
  readonly failure?: string;
}

/** Agreement in float32, relative to the largest element if that is above 1. */
export const goldenTolerance = 1e-5;

export function loadGolden(): readonly GoldenCase[] {
  const path = fileURLToPath(new URL('golden/gradients.json', import.meta.url));
  const parse: (text: string) => { readonly cases: readonly GoldenCase[] } = JSON.parse;
  return parse(readFileSync(path, 'utf8')).cases;
}

export async function checkGolden(cases: readonly GoldenCase[]): Promise<readonly GoldenOutcome[]> {
  const batchSize = 24;
  const outcomes: GoldenOutcome[] = [];
  for (let i = 0; i < cases.length; i += batchSize)
    outcomes.push(...(await checkBatch(cases.slice(i, i + batchSize))));
  return outcomes;
}

async function checkBatch(cases: readonly GoldenCase[]): Promise<readonly GoldenOutcome[]> {
  try {
    const models = cases.map((golden, i) => prefixedModel(gradientOf(golden), `g${i}/`));
    await using session = await openSession(encodeModel(merged(models)), {
      isolation: 'none',
      threads: 1,
      provider: 'cpu',
    });
    const feeds = cases.flatMap((golden, i) => Object.entries(feedsOf(golden, `g${i}/`)));
    const results = await session.run(Object.fromEntries(feeds));
    return cases.map((golden, i) => ({ golden, error: errorOf(golden, results, `g${i}/`) }));
  } catch (error) {
    // One by one, to find the case that fails.
    const [only, ...others] = cases;
    if (only === undefined) return [];
    if (others.length === 0) return [{ golden: only, error: Infinity, failure: messageOf(error) }];
    const outcomes: GoldenOutcome[] = [];
    for (const golden of cases) outcomes.push(...(await checkBatch([golden])));
    return outcomes;
  }
}

function prefixedModel(model: Model, prefix: string): Model {
  return { ...model, graph: prefixed(model.graph, prefix) };
}

function gradientOf({ op, opset, inputs, attributes: given, gradients }: GoldenCase): Model {
  const b = new Builder();
  const values = inputs.map((input, i) => {
    if (String(i) in gradients) return b.input(`x${i}`, 'float32', input.dims);
    return input.values?.length === 0 ? undefined : b.constant(tensorOf(input), `x${i}`);
  });
  const node = {
    name: 'node',
    op,
    domain: '',
    inputs: values.map((value) => value?.name ?? ''),
    outputs: op === 'TopK' ? ['y', 'indices'] : ['y'],
    attributes: attributes(
      Object.fromEntries(Object.entries(given).map(([name, value]) => [name, attribute(value)])),
    ),
  };
  const model = b.model();
  return grad(
    {
      ...model,
      graph: { ...model.graph, nodes: [node], outputs: [{ name: 'y', type: null }] },
      opsets: new Map([['', opset ?? OPSET]]),
    },
    { keepOutputs: [] },
  );
}

function attribute(value: GoldenCase['attributes'][string]): AttributeLike {
  return typeof value === 'object' && 'float' in value ? { type: 'float', value: value.float } : value;
}

function feedsOf({ inputs, gradients, output, ones }: GoldenCase, prefix: string): Record<string, Tensor> {
  const feeds = Object.keys(gradients).map((i) => [`${prefix}x${i}`, tensorOf(inputs[Number(i)]!)] as const);
  const cotangent = Array.from({ length: sizeOf(output) }, (_, i) => (ones ? 1 : Math.cos(0.5 + 0.7 * i)));
  return { ...Object.fromEntries(feeds), [`${prefix}d_y`]: float32(cotangent, output) };
}

function tensorOf({ dims, values, ints, flags, phase = 0, scale = 1, shift = 0 }: GoldenInput): Tensor {
  if (ints) return int64(ints, dims);
  if (flags) return tensor('bool', Uint8Array.from(flags), dims);
  const wave = () =>
    Array.from({ length: sizeOf(dims) }, (_, i) => shift + scale * Math.sin(phase + 0.9 * i));
  return float32(values ?? wave(), dims);
}

function errorOf(
  { gradients }: GoldenCase,
  results: Readonly<Record<string, Tensor>>,
  prefix: string,
): number {
  const errors = Object.entries(gradients).map(([i, expected]) => {
    const derived = elements(results[`${prefix}d_x${i}`]);
    const scale = Math.max(1, ...expected.map(Math.abs));
    const error = Math.max(0, ...expected.map((value, j) => Math.abs(value - derived[j]!) / scale));
    return Number.isNaN(error) || derived.length !== expected.length ? Infinity : error;
  });
  return Math.max(...errors);
}
