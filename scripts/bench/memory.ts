// Peak memory and time of gradients, dreams and style transfers, each in a process of its own, alternately. Prints the
// peak of resident memory above that of a process with an open session, the median time of a run or step, and the
// ratios to the first of each group. Needs Linux. VGG's weights are random; those of GoogLeNet come from WEIGHTS
// (../shared/weights/googlenet.safetensors), and its rows are left out without them.
//
//   npm run bench memory -- [size = 1024] [rounds = 3]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import {
  dream,
  GoogLeNet,
  type Image,
  image,
  loadClassifier,
  type Network,
  style,
  type StyleOptions,
} from '../../lib/api/index.js';
import { Builder, grad, type GradOptions, type Model } from '../../lib/api/onnx.js';
import { float32, random } from '../../lib/api/runtime.js';
import { openModel } from '../../lib/runtime/open-model.js';

const weights = process.env['WEIGHTS'] ?? '../shared/weights/googlenet.safetensors';
const placement = { isolation: 'none', provider: 'cpu' } as const;

/** What one process measures: the times of its runs in ms, and the memory before them in bytes. */
interface Measured {
  readonly before: number;
  readonly times: readonly number[];
}

type Work = (size: number) => Promise<Measured>;

/** Groups of ways to compute the same. */
const groups: Readonly<Record<string, Readonly<Record<string, Work>>>> = {
  'VGG-19 gradient': {
    'all values kept': (size) => gradient(vgg(), {}, size),
    checkpoints: (size) => gradient(vgg(), { checkpoints: 'auto' }, size),
  },
  ...(existsSync(weights) && {
    'GoogLeNet gradient': {
      'all values kept': async (size) => gradient(await googlenet(), {}, size),
      checkpoints: async (size) => gradient(await googlenet(), { checkpoints: 'auto' }, size),
    },
    'GoogLeNet dream': {
      'one tile': (size) => dreamed(size, size, false),
      'tiles of 768': (size) => dreamed(size, 768, false),
      'tiles of 768, recompute': (size) => dreamed(size, 768, true),
    },
  }),
  'vgg19-slim style': {
    whole: (size) => styled(size, {}),
    recompute: (size) => styled(size, { recompute: true }),
    tiles: (size) => styled(size, { tile: Math.round(size * 0.6) }),
  },
};

const [first = '1024', second = '3', ...rest] = process.argv.slice(2);
if (first === '--measure') await measure(second, ...rest);
else compare(Number(first), Number(second));

function compare(size: number, rounds: number): void {
  for (const [group, ways] of Object.entries(groups)) {
    const found = Object.keys(ways).map((way) => ({
      way,
      peaks: new Array<number>(),
      times: new Array<number>(),
    }));
    for (let round = 0; round < rounds; round++)
      for (const { way, peaks, times } of found) {
        const { peak, time } = inProcess(group, way, size);
        peaks.push(peak);
        times.push(time);
      }
    console.log(`${group}, ${size}²`);
    let base: { readonly peak: number; readonly time: number } | undefined;
    for (const { way, peaks, times } of found) {
      const [peak, time] = [median(peaks), median(times)];
      base ??= { peak, time };
      const ratios = `memory ${(peak / base.peak).toFixed(2)}, time ${(time / base.time).toFixed(2)}`;
      console.log(
        `  ${way.padEnd(24)} ${(peak / 1e6).toFixed(0).padStart(6)} MB  ${time.toFixed(0).padStart(6)} ms  ${ratios}`,
      );
    }
  }
}

function inProcess(
  group: string,
  way: string,
  size: number,
): { readonly peak: number; readonly time: number } {
  const args = [...process.execArgv, import.meta.filename, '--measure', group, way, String(size)];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const numbers: unknown = child.status === 0 ? JSON.parse(child.stdout) : null;
  if (!Array.isArray(numbers)) throw new Error(`"${group}: ${way}" failed`);
  const [peak = NaN, time = NaN] = numbers.map(Number);
  return { peak, time };
}

async function measure(group = '', way = '', size = ''): Promise<void> {
  const work = new Map(Object.entries(new Map(Object.entries(groups)).get(group) ?? {})).get(way);
  if (work === undefined) throw new Error(`there is no "${group}: ${way}"`);
  const { before, times } = await work(Number(size));
  console.log(JSON.stringify([peakBytes() - before, median(times)]));
}

async function gradient(model: Model, options: GradOptions, size: number): Promise<Measured> {
  const derived = grad(model, { loss: 'loss', wrt: ['image'], keepOutputs: ['loss'], ...options });
  await using session = await openModel(derived, placement);
  const picture = noise(size);
  const before = startPeak();
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await session.run({ image: float32(picture.data, [1, 3, size, size]) });
    times.push(performance.now() - start);
  }
  return { before, times };
}

async function dreamed(size: number, tile: number, recompute: boolean): Promise<Measured> {
  await using network = await GoogLeNet.load(weights);
  const options = { size, octaves: 1, steps: 3, tile, recompute, placement };
  return await timed(dream(network, noise(size), options));
}

async function styled(size: number, options: StyleOptions): Promise<Measured> {
  await using network = await loadClassifier('vgg19-slim');
  const steps = style(network, noise(size), [noise(size / 2)], {
    size,
    smallest: size,
    iterations: 3,
    optimizer: 'adam',
    placement,
    ...options,
  });
  return await timed(steps);
}

async function timed(steps: AsyncIterable<unknown>): Promise<Measured> {
  const before = startPeak();
  const times: number[] = [];
  let start = performance.now();
  const iterator = steps[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true) {
    times.push(performance.now() - start);
    start = performance.now();
  }
  // The first step also opens the sessions.
  return { before, times: times.slice(1) };
}

/** GoogLeNet to inception_4c/output, and half the mean square of that. */
async function googlenet(): Promise<Model> {
  await using network: Network & AsyncDisposable = await GoogLeNet.load(weights);
  const b = new Builder();
  b.load(network.model.graph);
  const layer = b.value(network.layer('inception_4c/output'));
  b.output(b.mul(b.mean(b.square(layer)), 0.5), 'loss');
  return b.model();
}

/** VGG-19 to relu5_1 with random weights, and the mean square of that. */
function vgg(): Model {
  const widths = [64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512];
  const b = new Builder();
  const r = random(1);
  let x = b.input('image', 'float32', [1, 3, 'height', 'width']);
  let channels = 3;
  for (const width of widths) {
    if (width === 0) {
      x = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
      continue;
    }
    const scale = Math.sqrt(2 / (9 * channels));
    const kernel = Float32Array.from({ length: width * channels * 9 }, () => scale * r.normal());
    const inputs = [x, b.constant(float32(kernel, [width, channels, 3, 3]))];
    x = b.relu(b.op('Conv', inputs, { pads: [1, 1, 1, 1] }));
    channels = width;
  }
  b.output(b.mean(b.square(x)), 'loss');
  return b.model();
}

function noise(size: number): Image {
  const r = random(2);
  const side = Math.round(size);
  return image(
    { width: side, height: side },
    Float32Array.from({ length: 3 * side * side }, () => r.uniform()),
  );
}

/** Lets the kernel measure the peak from here on. @returns the resident memory in bytes */
function startPeak(): number {
  writeFileSync('/proc/self/clear_refs', '5');
  return process.memoryUsage().rss;
}

/** Peak resident memory since `startPeak`. */
function peakBytes(): number {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
