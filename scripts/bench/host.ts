// Measures what the host adds to a session's runs: a dream and two style transfers at 512 pixels, each in this thread and
// in a worker, step by step alternately. Prints medians: milliseconds per step, those in ONNX Runtime's `run`, the rest
// (the host's), its share, and how long a worker's host thread was blocked.
//
//   npm run bench host -- [steps = 12] [task = all: dream, slim or vgg] [weights = ../shared/weights/googlenet.safetensors]
//
// In a worker, runs cannot be observed; they are taken to last as long as those in this thread.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { InferenceSession } from 'onnxruntime-node';

import { dream, GoogLeNet, loadClassifier, type Network, readImage, style } from '../../lib/api/index.js';
import { Builder } from '../../lib/api/onnx.js';
import { float32, random } from '../../lib/api/runtime.js';

type Steps = AsyncIterator<{ readonly done: number }, void>;

const [steps = '12', task = 'all', weights = '../shared/weights/googlenet.safetensors'] =
  process.argv.slice(2);
/** L-BFGS's history is full after ten steps. */
const warmUp = 12;
const size = 512;

const photograph = await readImage('scripts/demo/photographs/astronaut.jpg');
const painting = await readImage('scripts/demo/photographs/coffee.jpg');
const runs = watchRuns();

if (task === 'all' || task === 'dream')
  await compare('dream, GoogLeNet', await GoogLeNet.load(weights), 2, (network, isolation) =>
    dream(network, photograph, {
      layers: { 'inception_4c/output': 1 },
      size,
      octaves: 1,
      steps: 1000,
      placement: { isolation },
    }),
  );
if (task === 'all' || task === 'slim')
  await compare('style, vgg19-slim', await loadClassifier('vgg19-slim'), warmUp, stylized);
if (task === 'all' || task === 'vgg')
  await compare("style, VGG-19's widths", vgg19Widths(), warmUp, stylized);

function stylized(network: Network, isolation: 'none' | 'thread') {
  const placement = { isolation };
  return style(network, photograph, [painting], { size, smallest: size, iterations: 1000, placement });
}

async function compare(
  title: string,
  network: Network,
  skipped: number,
  start: (network: Network, isolation: 'none' | 'thread') => Steps,
): Promise<void> {
  const [here, worker] = [start(network, 'none'), start(network, 'thread')];
  for (let i = 0; i < skipped; i++) {
    await next(here);
    await next(worker);
  }
  const times = { here: new Array<number>(), runs: new Array<number>(), worker: new Array<number>() };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  for (let i = 0; i < Number(steps); i++) {
    runs.reset();
    times.here.push(await next(here));
    times.runs.push(runs.total());
    delay.enable();
    times.worker.push(await next(worker));
    delay.disable();
  }
  await here.return?.();
  await worker.return?.();

  const run = median(times.runs);
  const host = median(times.here.map((time, i) => time - times.runs[i]!));
  console.log(`${title}, ${steps} steps:`);
  console.log(`  in this thread: ${report(median(times.here), run)}; host ${host.toFixed(1)} ms`);
  console.log(`  in a worker:    ${report(median(times.worker), run)}`);
  console.log(`  event loop beside the worker: p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`);
}

function report(step: number, run: number): string {
  const share = (100 * (step - run)) / step;
  return `${step.toFixed(1)} ms a step, runs ${run.toFixed(1)}: ${(step / run).toFixed(3)} × runs, host share ${share.toFixed(1)} %`;
}

async function next(iterator: Steps): Promise<number> {
  const start = performance.now();
  const { done } = await iterator.next();
  if (done === true) throw new Error('the task ended early');
  return performance.now() - start;
}

/** Adds up the time of all runs in this thread. */
function watchRuns(): { readonly reset: () => void; readonly total: () => number } {
  let sum = 0;
  const prototype: unknown = Reflect.get(InferenceSession, 'prototype');
  const run: unknown = isObject(prototype) ? Reflect.get(prototype, 'run') : null;
  if (!isObject(prototype) || typeof run !== 'function') throw new Error('sessions have no method `run`');
  Reflect.set(prototype, 'run', async function (this: unknown, ...args: unknown[]) {
    const start = performance.now();
    const results: unknown = await Reflect.apply(run, this, args);
    sum += performance.now() - start;
    return results;
  });
  return { reset: () => void (sum = 0), total: () => sum };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** VGG-19 up to relu5_1 with random weights. */
function vgg19Widths(): Network {
  const b = new Builder();
  const layers: string[] = [];
  const source = random(1);
  let x = b.sub(b.input('image', 'float32', [1, 3, 'height', 'width']), 0.5);
  let inputs = 3;
  for (const [i, [width, convolutions]] of (
    [
      [64, 2],
      [128, 2],
      [256, 4],
      [512, 4],
      [512, 1],
    ] as const
  ).entries()) {
    if (i > 0) x = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    for (let j = 0; j < convolutions; j++) {
      const scale = Math.sqrt(2 / (9 * inputs));
      const kernel = Float32Array.from({ length: width * inputs * 9 }, () => scale * source.normal());
      const weight = b.constant(float32(kernel, [width, inputs, 3, 3]));
      const convolved = b.op('Conv', [x, weight], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
      const name = `relu${i + 1}_${j + 1}`;
      x = b.op('Relu', [convolved], {}, { name });
      layers.push(name);
      inputs = width;
    }
  }
  b.output(x);
  return { name: "VGG-19's widths", model: b.model(), image: 'image', layers, layer: (name) => name };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
