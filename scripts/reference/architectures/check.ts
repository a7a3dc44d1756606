// Derives the gradients of one architecture's exports, and compares them with PyTorch's. Prints a line of JSON for each case.
//
//   node --no-warnings --import ./scripts/ts.mjs scripts/reference/architectures/check.ts FOLDER CASE…
//
// run.py calls it with the files that export.py has written.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  type Attributes,
  decodeModel,
  encodeModel,
  grad,
  hvp,
  jvp,
  type Model,
  type Node,
} from '../../../lib/api/onnx.js';
import { float32, type NumericTensor, openSession, type Tensor, tensor } from '../../../lib/api/runtime.js';
import { inFloat64 } from '../../../lib/gradients/float64.js';
import { toNumbers } from '../../../lib/tensor/tensor.js';

interface Reference {
  readonly input: readonly number[];
  readonly outputs: readonly (readonly number[])[];
  /** PyTorch's own errors in float32, by what was computed. */
  readonly errors: Readonly<Record<string, number>>;
}

interface Result {
  readonly case: string;
  readonly nodes?: number;
  readonly derived?: number;
  /** Processor time of the derivation. */
  readonly seconds?: number;
  readonly gradient?: number;
  readonly jvp?: number | string | undefined;
  readonly hvp?: number | string | undefined;
  /** The error of the export itself in ONNX Runtime, where the gradient does not agree. */
  readonly outputs?: number;
  /** There too: the error in double precision. */
  readonly double?: number | string;
  /** Of the gradient in double precision, along v: the difference from differences, by the gradient's norm. */
  readonly slope?: number;
  readonly failure?: string;
}

type Feeds = Readonly<Record<string, Tensor>>;

const [folder = '.', ...cases] = process.argv.slice(2);
const reference: unknown = JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8'));
if (!isReference(reference)) throw new Error(`${folder} has no reference`);
const { input, outputs: shapes, errors } = reference;
const x = float32(await float32s('x'), input);
const v = float32(await float32s('v'), input);
const cs = split(await float32s('c'), shapes);
for (const [i, name] of cases.entries())
  console.log(JSON.stringify({ case: name, ...(await checked(name, i === 0)) }));

/** @param second whether to check J v and H v */
async function checked(name: string, second: boolean): Promise<Omit<Result, 'case'>> {
  const bytes = await readFile(join(folder, `${name}.onnx`));
  try {
    const model = decodeModel(bytes);
    const found = { nodes: model.graph.nodes.length };
    const start = process.cpuUsage();
    let derived: Model;
    try {
      derived = grad(model, {
        outputs: floats(model),
        wrt: ['x'],
        keepOutputs: [],
        stopGradient: detached(model),
      });
    } catch (error) {
      return { ...found, failure: `refused: ${messageOf(error)}` };
    }
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    const cotangents = Object.fromEntries(floats(model).map((each, i) => [`d_${each}`, cs[i]!]));
    const [gradient] = await run(derived, { x, ...cotangents });
    const error = relativeError(gradient!, await float64s('gradient'));
    const compared = { ...found, derived: derived.graph.nodes.length, seconds, gradient: error };
    if (!(error <= 1e-4))
      return { ...compared, outputs: await forward(model, bytes), ...(await inDouble(model)) };
    if (!second) return compared;
    return { ...compared, jvp: await attempt(() => pushed(model)), hvp: await attempt(() => curved(model)) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

async function attempt<T>(compute: () => Promise<T>): Promise<T | string> {
  try {
    return await compute();
  } catch (error) {
    return messageOf(error);
  }
}

async function pushed(model: Model): Promise<number | undefined> {
  if (errors['jvp'] === undefined) return undefined;
  const outputs = floats(model);
  const products = await run(jvp(model, { outputs, wrt: ['x'], keepOutputs: [] }), { x, v_x: v });
  return relativeError(
    products.flatMap((each) => [...each]),
    await float64s('jvp'),
  );
}

async function curved(model: Model): Promise<number | undefined> {
  if (errors['hvp'] === undefined) return undefined;
  const product = hvp(withLoss(model), { loss: 'loss_', wrt: ['x'], keepOutputs: [] });
  const [hv] = await run(product, { x, v_x: v });
  return relativeError(hv!, await float64s('hvp'));
}

/**
 * The gradient in double precision, for networks whose kinks (equal maxima, a ReLU near 0) fall differently in float32:
 * its error, and that of its slope along v against differences of the model itself.
 */
async function inDouble(model: Model): Promise<Pick<Result, 'double' | 'slope'>> {
  try {
    const wide = inFloat64(model, { x: input });
    if (wide === null) return {};
    const outputs = floats(wide);
    const wideCs = cs.map(widened);
    const cotangents = Object.fromEntries(outputs.map((each, i) => [`d_${each}`, wideCs[i]!]));
    const derived = grad(wide, { outputs, wrt: ['x'], keepOutputs: [] });
    const [gradient] = await run(derived, { x: widened(x), ...cotangents });
    const lossAt = async (step: number) => {
      const moved = toNumbers(x).map((value, i) => value + step * Number(v.data[i]));
      const results = await run(wide, { x: tensor('float64', Float64Array.from(moved), input) });
      return outputs.reduce((sum, _, i) => sum + dot(results[i]!, toNumbers(wideCs[i]!)), 0);
    };
    const difference = ((await lossAt(1e-8)) - (await lossAt(-1e-8))) / 2e-8;
    const slope = dot(gradient!, toNumbers(v));
    const norm = Math.sqrt(dot(gradient!, gradient!));
    return {
      double: relativeError(gradient!, await float64s('gradient')),
      slope: Math.abs(slope - difference) / norm,
    };
  } catch (error) {
    return { double: messageOf(error) };
  }
}

function widened(given: NumericTensor): NumericTensor {
  return tensor('float64', Float64Array.from(toNumbers(given)), given.dims);
}

function dot(a: readonly number[], c: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * c[i]!, 0);
}

async function forward(model: Model, bytes: Uint8Array): Promise<number> {
  await using session = await openSession(bytes, { isolation: 'none', provider: 'cpu', threads: 1 });
  const results = await session.run({ x });
  const every = floats(model).flatMap((name) => Array.from(results[name]!.data, Number));
  return relativeError(every, await float64s('outputs'));
}

/** The model with Σ outputs · c as another output. */
function withLoss(model: Model): Model {
  const { graph } = model;
  const outputs = floats(model);
  const terms = outputs.map((_, i) => `term_${i}_`);
  const nodes = outputs.flatMap((output, i) => [
    node('Mul', [output, `c_${i}_`], `product_${i}_`),
    node('ReduceSum', [`product_${i}_`], terms[i]!, new Map([['keepdims', { type: 'int', value: 0n }]])),
  ]);
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...nodes, node('Sum', terms, 'loss_')],
      initializers: new Map([...graph.initializers, ...cs.map((c, i): [string, Tensor] => [`c_${i}_`, c])]),
      outputs: [{ name: 'loss_', type: null }],
    },
  };
}

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Attributes = new Map(),
): Node {
  return { name: output, op, domain: '', inputs, outputs: [output], attributes };
}

/** What torchvision's detectors detach: the outputs of the proposals' head. Exports do not say so. */
function detached({ graph }: Model): readonly string[] {
  return graph.nodes
    .filter(({ name }) => /\/rpn\/head\/.*(bbox_pred|cls_logits).*Conv/.test(name))
    .flatMap(({ outputs }) => outputs);
}

function floats({ graph }: Model): readonly string[] {
  return graph.outputs.map(({ name }) => name).slice(0, shapes.length);
}

async function run(model: Model, feeds: Feeds): Promise<readonly (readonly number[])[]> {
  await using session = await openSession(encodeModel(model), {
    isolation: 'none',
    provider: 'cpu',
    threads: 1,
  });
  const given = Object.fromEntries(session.inputs.map(({ name }) => [name, feeds[name]!]));
  const results = await session.run(given);
  return model.graph.outputs.map(({ name }) => Array.from(results[name]!.data, Number));
}

/** The distance relative to the norm of what is expected. */
function relativeError(found: readonly number[], expected: Float64Array): number {
  if (found.length !== expected.length) return Infinity;
  let [distance, norm] = [0, 0];
  for (const [i, value] of expected.entries()) {
    distance += (found[i]! - value) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(distance / norm);
}

function split(data: Float32Array, dims: readonly (readonly number[])[]): readonly NumericTensor[] {
  let at = 0;
  return dims.map((each) => {
    const size = each.reduce((product, dim) => product * dim, 1);
    return float32(data.slice(at, (at += size)), each);
  });
}

async function float32s(name: string): Promise<Float32Array> {
  const bytes = await readFile(join(folder, `${name}.bin`));
  return new Float32Array(new Uint8Array(bytes).buffer);
}

async function float64s(name: string): Promise<Float64Array> {
  const bytes = await readFile(join(folder, `${name}.bin`));
  return new Float64Array(new Uint8Array(bytes).buffer);
}

function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'input' in value && 'errors' in value;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 400);
}
