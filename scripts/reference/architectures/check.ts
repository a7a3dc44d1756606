// Derives the gradients of one architecture's exports, and compares them with PyTorch's. Prints a line of JSON for each case.
//
//   node --no-warnings --import ./scripts/ts.mjs scripts/reference/architectures/check.ts FOLDER CASE…
//
// run.py calls it with the files that export.py has written.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { decodeModel, grad, type Model } from '../../../lib/api/onnx.js';
import { inDouble } from './double.js';
import { cotangents, floats, run } from './model.js';
import { hvpError, jvpError } from './products.js';
import { readReference, relativeError } from './reference.js';

/** Errors are relative to the norm of what PyTorch computes in float64; in place of one may stand a message. */
interface Result {
  readonly nodes?: number;
  readonly derived?: number;
  /** Processor time of the derivation. */
  readonly seconds?: number;
  readonly gradient?: number;
  readonly jvp?: number | string | undefined;
  readonly hvp?: number | string | undefined;
  /** Where the gradient does not agree: the error of the export itself in ONNX Runtime. */
  readonly outputs?: number;
  /** There too: the gradient's errors in double precision. */
  readonly double?: number | string;
  readonly slope?: number;
  readonly failure?: string;
}

const TOLERANCE = 1e-4;
const [folder = '.', ...cases] = process.argv.slice(2);
const reference = await readReference(folder);
for (const [i, name] of cases.entries())
  console.log(JSON.stringify({ case: name, ...(await checked(name, i === 0)) }));

/** @param second whether to check J v and H v */
async function checked(name: string, second: boolean): Promise<Result> {
  try {
    const model = decodeModel(await readFile(join(folder, `${name}.onnx`)));
    const derived = derive(model);
    if ('failure' in derived) return { nodes: model.graph.nodes.length, ...derived };
    const gradient = await gradientError(model, derived.gradient);
    const compared = {
      nodes: model.graph.nodes.length,
      derived: derived.gradient.graph.nodes.length,
      seconds: derived.seconds,
      gradient,
    };
    if (!(gradient <= TOLERANCE))
      return { ...compared, outputs: await outputsError(model), ...(await doubleErrors(model)) };
    if (!second) return compared;
    return {
      ...compared,
      jvp: await orMessage(() => jvpError(model, reference)),
      hvp: await orMessage(() => hvpError(model, reference)),
    };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

function derive(model: Model): { readonly gradient: Model; readonly seconds: number } | { failure: string } {
  const start = process.cpuUsage();
  try {
    const gradient = grad(model, {
      outputs: floats(model, reference),
      wrt: ['x'],
      keepOutputs: [],
      stopGradient: detached(model),
    });
    const { user, system } = process.cpuUsage(start);
    return { gradient, seconds: (user + system) / 1e6 };
  } catch (error) {
    return { failure: `refused: ${messageOf(error)}` };
  }
}

async function gradientError(model: Model, gradient: Model): Promise<number> {
  const { x, cs, expected } = reference;
  const [found] = await run(gradient, { x, ...cotangents(floats(model, reference), cs) });
  return relativeError(found!, await expected('gradient'));
}

async function outputsError(model: Model): Promise<number> {
  const results = await run(model, { x: reference.x });
  return relativeError(results.slice(0, reference.cs.length).flat(), await reference.expected('outputs'));
}

async function doubleErrors(model: Model): Promise<Pick<Result, 'double' | 'slope'>> {
  const found = await orMessage(() => inDouble(model, reference, detached(model)));
  return typeof found === 'string' ? { double: found } : (found ?? {});
}

/** What torchvision's detectors detach: the outputs of the proposals' head. Exports do not say so. */
function detached({ graph }: Model): readonly string[] {
  return graph.nodes
    .filter(({ name }) => /\/rpn\/head\/.*(bbox_pred|cls_logits).*Conv/.test(name))
    .flatMap(({ outputs }) => outputs);
}

async function orMessage<T>(compute: () => Promise<T>): Promise<T | string> {
  try {
    return await compute();
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 400);
}
