// Trains the shipped Faster R-CNNs: `npm run train:fasterrcnn-cells -- [--data FOLDER] [--out FILE]`, likewise for
// animals. FOLDER has train/ and val/, each with images/ and annotations.json in COCO format.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { readFileBytes } from '../../lib/files/read.js';
import { prepareOutputs, writeFileAtomic } from '../../lib/files/write.js';
import { readImage } from '../../lib/image/codec/read-write.js';
import { resize } from '../../lib/image/geometry/resize.js';
import type { Id } from '../../lib/metrics/detection/ids.js';
import type { Truth } from '../../lib/metrics/detection/tables.js';
import { readCocoTruth } from '../../lib/metrics/io/coco.js';
import { imageIdOf } from '../../lib/metrics/io/image-ids.js';
import { lossNames } from '../../lib/models/faster-rcnn/losses.js';
import { slimFasterRcnn, slimTraining, slimTraits } from '../../lib/models/faster-rcnn/slim.js';
import { FasterRCNN } from '../../lib/networks/detector/faster-rcnn.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { adam } from '../../lib/optim/adam.js';
import type { Placement } from '../../lib/runtime/types.js';
import type { Picture } from '../../lib/tasks/common/pictures.js';
import { evaluateDetector } from '../../lib/tasks/detect/evaluate.js';
import type { Float32Tensor } from '../../lib/tensor/tensor.js';
import { detectionData } from '../../lib/train/detection/data.js';
import { learnedWeights, loadFasterRcnnLosses } from '../../lib/train/detection/load-losses.js';
import { measureNorms } from '../../lib/train/detection/measure-norms.js';
import { checkpointFile, type CheckpointStore } from '../../lib/train/fit/checkpoint-store.js';
import { fit } from '../../lib/train/fit/fit.js';
import { cosine } from '../../lib/train/fit/schedule.js';
import type { Weights } from '../../lib/weights/weights.js';
import { type Recipe, recipes } from './fasterrcnn-recipes.js';
import { mosaicOf } from './mosaic.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    epochs: { type: 'string' },
    /** The file for the state of the run; a run that was killed resumes from it. */
    checkpoint: { type: 'string' },
    threads: { type: 'string', default: '1' },
  },
});
const name = positionals[0] ?? '';
const recipe = recipes[name];
if (recipe === undefined) throw new Error(`state what to train: ${Object.keys(recipes).join(' or ')}`);
await train(recipe, {
  folder: flags.data ?? join(import.meta.dirname, '../../../shared/data', name),
  out: flags.out ?? join(import.meta.dirname, `../../onnx-models/fasterrcnn-${name}.onnx`),
  epochs: Number(flags.epochs ?? recipe.epochs),
  threads: Number(flags.threads),
  checkpoint: flags.checkpoint === undefined ? undefined : checkpointFile(flags.checkpoint),
});

interface Run {
  readonly folder: string;
  readonly out: string;
  readonly epochs: number;
  /** One is best on a shared machine. */
  readonly threads: number;
  readonly checkpoint: CheckpointStore | undefined;
}

async function train(recipe: Recipe, { folder, out, epochs, threads, checkpoint }: Run): Promise<void> {
  await prepareOutputs([out]);
  const placement = { provider: 'cpu', threads } as const;
  const { kept, size, augmentation, seed, labels, traits, backbone } = recipe;
  const annotations = (part: string) => join(folder, part, 'annotations.json');
  const start = await beginning(recipe, join(folder, 'train', 'images'), placement);
  const { model, weights, stopGradient } = await loadFasterRcnnLosses(
    { weights: start, metadata: {} },
    { ...slimTraining, ...traits, size },
  );
  const wrt = weights.filter((weight) => backbone?.frozen.test(weight) !== true);
  const data = await detectionData(annotations('train'), {
    size: kept,
    onUnreadable: ({ message }) => console.log(`skipped: ${message}`),
    ...augmentation,
  });
  for (const note of data.notes) console.log(note);
  console.log(`${data.length} pictures, ${wrt.length} tensors to learn`);
  const truth = await readCocoTruth(createReadStream(annotations('val')));
  const network = (trained: Model) =>
    FasterRCNN.load(
      { weights: learnedWeights(trained), metadata: {} },
      { ...slimTraits, ...traits, labels, placement },
    );
  const began = Date.now();
  for await (const step of fit(model, data, {
    loss: 'loss',
    wrt,
    stopGradient,
    metrics: lossNames,
    optimizer: adam({ learningRate: recipe.learningRate, weightDecay: 1e-4, decoupled: true }),
    schedule: cosine({ warmUp: 0.05, end: 0.01 }),
    epochs,
    accumulate: recipe.accumulate,
    checkpoint,
    clip: 10,
    seed,
    placement,
    validateEvery: Math.ceil((recipe.validateEvery * data.length) / recipe.accumulate),
    validate: async (current) => {
      await using detector = await network(current);
      await writeFileAtomic(out, encodeModel(detector.model));
      return await figures(detector, join(folder, 'val', 'images'), truth);
    },
  })) {
    const minutes = ((Date.now() - began) / 60000).toFixed(1);
    const numbers = (record: Readonly<Record<string, number>>) =>
      Object.entries(record).map(([key, value]) => `${key} ${value.toFixed(3)}`);
    if (step.done % 20 === 0 || step.validation !== null)
      console.log(
        `${minutes} min  step ${step.done}/${step.total}  epoch ${step.epoch.toFixed(1)}  loss ${step.value.toFixed(3)}`,
        `|g| ${step.gradientNorm.toFixed(1)}`,
        ...numbers(step.metrics),
        ...numbers(step.validation ?? {}),
      );
    // A run that has finished before yields its last step without another validation.
    if (step.done === step.total) {
      await using detector = await network(step.model());
      await writeFileAtomic(out, encodeModel(detector.model));
    }
  }
}

/** The initial weights: those of a shipped network, or random ones whose norms have the statistics of some pictures. */
async function beginning(
  { shape, size, seed, backbone }: Recipe,
  images: string,
  placement: Placement,
): Promise<Weights> {
  if (backbone !== undefined) {
    const file = join(import.meta.dirname, '../../onnx-models', backbone.file);
    const { graph } = decodeModel(await readFileBytes(file));
    const vgg = new Map<string, Float32Tensor>();
    for (const [name, value] of graph.initializers)
      if (name.startsWith('conv') && value.dtype === 'float32') vgg.set(name, value);
    return slimFasterRcnn({ ...shape, seed, vgg });
  }
  const mosaic = await mosaicOf(images, size, async (path) =>
    resize(await readImage(path), size, { antialias: false }),
  );
  return await measureNorms(slimFasterRcnn({ ...shape, seed }), mosaic, slimTraits, placement);
}

/** AP50 over all classes, and of each class. */
async function figures(detector: FasterRCNN, folder: string, truth: Truth): Promise<Record<string, number>> {
  const { AP, AP50, perClass } = await evaluateDetector(detector, picturesOf(folder), truth, { score: 0.01 });
  const each = Object.entries(perClass).map(([label, of]) => [label, of.AP50] as const);
  return { AP50, AP, ...Object.fromEntries(each) };
}

async function* picturesOf(folder: string): AsyncGenerator<Picture<Id>> {
  for (const file of (await readdir(folder)).sort())
    yield { key: imageIdOf(file), image: await readImage(join(folder, file)) };
}
