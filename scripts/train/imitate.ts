// A backbone that has learned to see: it imitates the features of GoogLeNet on photographs, before it is trained to detect.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OneirosError } from '../../lib/errors.js';
import { readImage } from '../../lib/files/image.js';
import { crop } from '../../lib/image/crop.js';
import { flip } from '../../lib/image/flip.js';
import { toTensor, type Image } from '../../lib/image/image.js';
import { fromPixels, toPixels, type Pixels } from '../../lib/image/pixels.js';
import { resize, scaledSize } from '../../lib/image/resize.js';
import { GoogLeNet } from '../../lib/models/classifiers.js';
import { learnedWeights } from '../../lib/models/faster-rcnn/losses.js';
import { loadAll, Net } from '../../lib/models/faster-rcnn/net.js';
import { resnet } from '../../lib/models/faster-rcnn/resnet.js';
import { slimTraits } from '../../lib/models/faster-rcnn/slim.js';
import type { Placement } from '../../lib/models/image-network.js';
import { preprocess, preprocessings } from '../../lib/models/preprocessing.js';
import type { Value } from '../../lib/onnx/builder.js';
import type { Model } from '../../lib/onnx/graph.js';
import { shapeOf } from '../../lib/onnx/ops.js';
import { adam } from '../../lib/optim/adam.js';
import { random, type Random } from '../../lib/tensor/random.js';
import { float32, sizeOf, type Tensor } from '../../lib/tensor/tensor.js';
import type { TrainingData } from '../../lib/train/data.js';
import { fit } from '../../lib/train/fit.js';
import { cosine } from '../../lib/train/schedule.js';
import type { Weights } from '../../lib/weights/weights.js';

/** What is looked at, and by which stage of the student: strides 8, 16 and 32. Standard deviations are those of photographs. */
const lessons = [
  { layer: 'inception_3b/output', stage: 1, channels: 480 },
  { layer: 'inception_4d/output', stage: 2, channels: 528 },
  { layer: 'inception_5b/output', stage: 3, channels: 1024 },
] as const;
const side = 224;
const batch = 8;

export interface Imitation {
  /** GoogLeNet's weights. */
  readonly teacher: string;
  /** Folders of photographs. */
  readonly folders: readonly string[];
  readonly epochs: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly placement: Placement;
}

/** The weights with a backbone that has imitated, told from time to time how far it is. */
export async function* imitate(
  start: Weights,
  { teacher, folders, epochs, learningRate, seed, placement }: Imitation,
): AsyncGenerator<{ readonly weights: Weights; readonly about: string }> {
  await using network = await GoogLeNet.load(teacher, { placement });
  const photographs = await readPhotographs(folders);
  const model = await studentOf(start, seed, await scalesOf(network, photographs));
  const data = lessonsFrom(network, photographs);
  const began = Date.now();
  for await (const step of fit(model, data, {
    loss: 'loss',
    metrics: lessons.map((_, i) => `loss_${i}`),
    optimizer: adam({ learningRate, weightDecay: 1e-4, decoupled: true }),
    schedule: cosine({ warmUp: 0.05, end: 0.01 }),
    epochs,
    batch,
    clip: 10,
    seed,
    session: placement,
  })) {
    if (step.step % 20 !== 0 && step.step !== step.steps) continue;
    const minutes = ((Date.now() - began) / 60000).toFixed(1);
    const parts = Object.values(step.metrics).map((value) => value.toFixed(3));
    const about = `${minutes} min  imitation ${step.step}/${step.steps}  loss ${step.loss.toFixed(3)} (${parts.join(' ')})`;
    yield { weights: new Map([...start, ...learnedWeights(step.model())]), about };
  }
}

/** The student with its losses: how much of the variance of each layer of the teacher it does not explain. */
async function studentOf(start: Weights, seed: number, scales: readonly number[]): Promise<Model> {
  const net = new Net(await loadAll(start), { batchNorm: 'keep', epsilon: slimTraits.epsilon });
  const { b } = net;
  const image = b.input('image', 'float32', ['batch', 3, side, side]);
  const stages = resnet(net, preprocess(b, image, preprocessings.imagenet, 'data'));
  const stream = random(seed + 1);
  const losses = lessons.map(({ stage, channels }, i): Value => {
    const from = stages[stage]!;
    const size = Number(shapeOf(from)[2]);
    const dims = [channels, Number(shapeOf(from)[1]), 1, 1];
    const scale = Math.sqrt(1 / dims[1]!);
    const lift = float32(
      Float32Array.from({ length: sizeOf(dims) }, () => scale * stream.normal()),
      dims,
    );
    const bias = b.constant(float32(new Float32Array(channels), [channels]), `lift.${i}.bias`);
    const lifted = b.op('Conv', [from, b.constant(lift, `lift.${i}.weight`), bias]);
    const wanted = b.input(`features_${i}`, 'float32', ['batch', channels, size, size]);
    const error = b.mean(b.square(b.sub(lifted, b.mul(wanted, 1 / scales[i]!))), undefined, false);
    return b.op('Identity', [error], {}, { name: `loss_${i}` });
  });
  for (const loss of losses) b.output(loss);
  b.output(b.op('Identity', [losses.reduce((sum, loss) => b.add(sum, loss))], {}, { name: 'loss' }));
  return b.model();
}

function lessonsFrom(network: GoogLeNet, photographs: readonly Pixels[]): TrainingData {
  return {
    length: photographs.length,
    async sample(index, stream) {
      const picture = randomView(fromPixels(photographs[index]!), stream);
      const features = await featuresOf(network, picture);
      const named = features.map((tensor, i) => [`features_${i}`, tensor] as const);
      return { image: toTensor(picture), ...Object.fromEntries(named) };
    },
  };
}

async function featuresOf(network: GoogLeNet, picture: Image): Promise<readonly Tensor[]> {
  const layers = lessons.map(({ layer }) => layer);
  const found = await network.features(picture, layers);
  return layers.map((layer) => found[layer]!);
}

/** A part of the photograph, of any size from a third of its area, mirrored as often as not. */
function randomView(photograph: Image, stream: Random): Image {
  const shorter = Math.min(photograph.width, photograph.height);
  const length = Math.round(shorter * (0.6 + 0.4 * stream.uniform()));
  const x = stream.integer(0, photograph.width - length);
  const y = stream.integer(0, photograph.height - length);
  const view = crop(photograph, { x, y, width: length, height: length });
  const small = resize(view, { width: side, height: side });
  return stream.uniform() < 0.5 ? flip(small, 'horizontal') : small;
}

/** The standard deviation of each layer's features, over some of the photographs. */
async function scalesOf(network: GoogLeNet, photographs: readonly Pixels[]): Promise<readonly number[]> {
  const stream = random(0);
  const sums = lessons.map(() => ({ count: 0, sum: 0, squares: 0 }));
  for (let i = 0; i < 32; i++) {
    const photograph = photographs[Math.floor((i * photographs.length) / 32)]!;
    const features = await featuresOf(network, randomView(fromPixels(photograph), stream));
    features.forEach(({ data }, layer) => {
      for (const value of data) {
        sums[layer]!.count++;
        sums[layer]!.sum += Number(value);
        sums[layer]!.squares += Number(value) ** 2;
      }
    });
  }
  return sums.map(({ count, sum, squares }) => Math.sqrt(squares / count - (sum / count) ** 2));
}

/** All photographs of the folders, their shorter sides 256 pixels. */
async function readPhotographs(folders: readonly string[]): Promise<readonly Pixels[]> {
  const photographs: Pixels[] = [];
  for (const folder of folders)
    for (const file of (await readdir(folder)).sort()) {
      if (!/\.(jpe?g|png)$/i.test(file)) continue;
      const photograph = await readImage(join(folder, file)).catch((error: unknown) => {
        if (error instanceof OneirosError) return null;
        throw error;
      });
      // One of the photographs is cut short.
      if (photograph === null) continue;
      photographs.push(toPixels(resize(photograph, scaledSize(photograph, 256, 'shorter'))));
    }
  return photographs;
}
