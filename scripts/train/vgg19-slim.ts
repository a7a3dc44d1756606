// `npm run train:vgg19-slim`: trains onnx-models/vgg19-slim.onnx by matching the features of the real VGG-19 and of
// Wang et al.'s slim one, on the pictures in ../shared/data. Takes an hour on two idle cores.
//   --out FOLDER            the folder for the learned weights (weights.safetensors)
//   --from FILE --stage N   continues from an earlier run's weights before its stage N, or from a shipped file
//   --learned FILE          trains nothing: evaluates and ships weights that were learned before
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { fileSource, readFileBytes } from '../../lib/files/read.js';
import { writeFileAtomic } from '../../lib/files/write.js';
import type { Image } from '../../lib/image/image.js';
import { batched } from '../../lib/models/input/batched.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { adam } from '../../lib/optim/adam.js';
import { openSession } from '../../lib/runtime/session.js';
import { random } from '../../lib/tensor/random.js';
import type { Float32Tensor } from '../../lib/tensor/tensor.js';
import type { TrainingData } from '../../lib/train/fit/data.js';
import { fit } from '../../lib/train/fit/fit.js';
import { cosine } from '../../lib/train/fit/schedule.js';
import type { LearnedWeights } from '../../lib/train/graph/parameters.js';
import { toFloat32 } from '../../lib/weights/check-tensor.js';
import { readSafetensors, writeSafetensors } from '../../lib/weights/formats/safetensors.js';
import { correlations, middles } from './vgg19-slim/evaluate.js';
import { Lessons, partOf } from './vgg19-slim/lessons.js';
import { leastSquaresLifts, standardized } from './vgg19-slim/lifts.js';
import { buildStudent, initialWeights, realTeacher, slimTeacher } from './vgg19-slim/networks.js';
import { distillation, measureTargets, targetModel, taught } from './vgg19-slim/objective.js';
import { loadPicture, pictureFiles, randomCrop } from './vgg19-slim/pictures.js';
import { revived } from './vgg19-slim/revive.js';
import { liftsOf, rescaled, shipped, studentOf } from './vgg19-slim/ship.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = join(root, '../shared');
const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'artifacts/vgg19-slim') },
    from: { type: 'string' },
    stage: { type: 'string', default: '0' },
    learned: { type: 'string' },
    threads: { type: 'string', default: '2' },
  },
});
const threads = Number(flags.threads);

interface Stage {
  /** The deepest layer that is matched. */
  readonly until: string;
  readonly steps: number;
  readonly learningRate: number;
}

/** From shallow to deep; each stage first replaces dead units with new ones. */
const stages: readonly Stage[] = [
  { until: 'relu1_1', steps: 500, learningRate: 5e-3 },
  { until: 'relu2_2', steps: 500, learningRate: 2e-3 },
  { until: 'relu2_2', steps: 500, learningRate: 2e-3 },
  { until: 'relu5_1', steps: 400, learningRate: 2e-3 },
  { until: 'relu5_1', steps: 400, learningRate: 2e-3 },
  { until: 'relu5_1', steps: 1600, learningRate: 2e-3 },
  { until: 'relu5_1', steps: 4000, learningRate: 1.5e-3 },
];

const files = await pictureFiles(shared);
const teachers = [
  await realTeacher(shared, taught.fromReal),
  await slimTeacher(shared, taught.fromSlim, taught.lifted),
];
const matches = await measureTargets(teachers, await typicalCrops(files.train, 32));
const learned = flags.learned === undefined ? await train() : await read(flags.learned);

const { model: student } = await buildStudent(studentOf(learned));
const lifts = await liftsFor(student);
const found = await correlations(student, lifts, teachers, middles(files.heldOut, 224));
console.log(`Correlation with its teachers on ${files.heldOut.length} held-out pictures:`);
for (const [layer, correlation] of found) console.log(`  ${layer} ${correlation.toFixed(4)}`);

const photographs: Image[] = [];
for await (const photograph of middles(files.train.slice(0, 64), 224)) photographs.push(photograph);
const model = await shipped(await rescaled(learned, photographs));
await writeFileAtomic(join(root, 'onnx-models/vgg19-slim.onnx'), encodeModel(model));

/** Trains random weights, or an earlier run's weights before `--stage`; returns the learned weights, lifts included. */
async function train(): Promise<LearnedWeights> {
  await mkdir(flags.out, { recursive: true });
  await using teacher = await openSession(encodeModel(targetModel(teachers, matches)), { threads });
  const crops = await typicalCrops(files.train, 12);
  const first = Number(flags.stage);
  let parameters =
    flags.from === undefined
      ? (await revived(initialWeights(0), 'all', crops, random(4))).parameters
      : await read(flags.from);
  const lessons = new Lessons(files.train, teacher, { side: 96, crops: 2, seed: 2 });
  for (const [i, stage] of stages.entries()) {
    if (i < first) continue;
    const alive = await revived(parameters, 'dead', crops, random(5 + i));
    console.log(`Stage ${i}, up to ${stage.until}; ${alive.count} dead units replaced`);
    const taken = await lesson(stage, alive.parameters, lessons);
    parameters = new Map([...alive.parameters, ...taken]);
    await writeFileAtomic(join(flags.out, 'weights.safetensors'), writeSafetensors(parameters));
  }
  return parameters;
}

async function lesson(
  { until, steps, learningRate }: Stage,
  parameters: LearnedWeights,
  lessons: TrainingData,
): Promise<LearnedWeights> {
  const matched = matches.filter(({ layer }) => layer <= until);
  // Style losses use the first layers of the blocks.
  const weightOf = (layer: string) => (layer.endsWith('_1') ? 2 : 1);
  const { model: untrained } = await buildStudent(studentOf(parameters));
  const { model: objective, wrt } = distillation(
    batched(untrained, 'image'),
    matched,
    liftsOf(parameters),
    weightOf,
  );
  const inputs = new Set(objective.graph.inputs.map(({ name }) => name));
  const progress = fit(objective, partOf(lessons, inputs), {
    loss: 'loss',
    wrt,
    metrics: matched.map(({ layer }) => `error/${layer}`),
    optimizer: adam({ learningRate, beta2: 0.99 }),
    schedule: cosine({ warmUp: 0.05, end: 0.02 }),
    steps,
    batch: 4,
    clip: 1,
    placement: { threads },
  });
  let sums: Record<string, number> = {};
  for await (const { done: step, value: loss, metrics, weights } of progress) {
    for (const [name, value] of Object.entries({ loss, ...metrics }))
      sums[name] = (sums[name] ?? 0) + value / 20;
    if (step % 20 === 0) {
      console.log(`${step}/${steps} ${describe(sums)}`);
      sums = {};
    }
    if (step === steps) return weights();
    if (step % 200 === 0)
      await writeFileAtomic(
        join(flags.out, 'weights.safetensors'),
        writeSafetensors(new Map([...parameters, ...weights()])),
      );
  }
  return parameters;
}

/** The best lifts on some of the training pictures. */
function liftsFor(student: Model): ReturnType<typeof leastSquaresLifts> {
  return leastSquaresLifts(student, teachers, middles(everySixth(files.train), 160));
}

function read(path: string): Promise<LearnedWeights> {
  return path.endsWith('.onnx') ? readShipped(path) : readLearned(path);
}

/** A shipped file has no lifts, so they are computed again. */
async function readShipped(path: string): Promise<LearnedWeights> {
  const { graph } = decodeModel(await readFileBytes(path));
  const parameters = new Map<string, Float32Tensor>();
  for (const [name, value] of graph.initializers)
    if (name.startsWith('conv') && value.dtype === 'float32') parameters.set(name, value);
  const lifts = await liftsFor((await buildStudent(parameters)).model);
  for (const match of matches) {
    const { weight, bias } = standardized(lifts.get(match.layer)!, match);
    parameters.set(`lift/${match.layer}.weight`, weight).set(`lift/${match.layer}.bias`, bias);
  }
  return parameters;
}

async function readLearned(path: string): Promise<LearnedWeights> {
  await using source = await fileSource(path);
  const { weights } = await readSafetensors(source);
  const loaded = Array.from(
    weights,
    async ([name, tensor]) => [name, toFloat32(await tensor.load())] as const,
  );
  return new Map(await Promise.all(loaded));
}

function everySixth(list: readonly string[]): readonly string[] {
  return list.filter((_, i) => i % 6 === 0);
}

async function typicalCrops(from: readonly string[], count: number): Promise<readonly Image[]> {
  const stream = random(3);
  const crops: Image[] = [];
  while (crops.length < count) {
    const picture = await loadPicture(from[stream.integer(0, from.length - 1)]!);
    crops.push(randomCrop(picture, 128, stream));
  }
  return crops;
}

function describe(means: Readonly<Record<string, number>>): string {
  return Object.entries(means)
    .map(([name, value]) => `${name.replace('error/relu', '')} ${value.toFixed(4)}`)
    .join(' ');
}
