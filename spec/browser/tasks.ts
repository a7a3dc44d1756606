import type { FileLocation } from '../../lib/files/location.js';
import type { Image } from '../../lib/image/image.js';
import type { Detection } from '../../lib/networks/detector/detector.js';
import { FasterRCNN } from '../../lib/networks/detector/faster-rcnn.js';
import { loadDetector } from '../../lib/networks/detector/load.js';
import { UNet } from '../../lib/networks/segmenter/unet.js';
import type { Placement } from '../../lib/runtime/types.js';
import { dream } from '../../lib/tasks/dream/dream.js';
import { style } from '../../lib/tasks/style/style.js';
import { bloodSmear } from '../../scripts/demo/scenes/blood-smear.js';
import { pattern } from '../models/faster-rcnn-pattern.js';
import { speckles, waves } from '../tasks/pictures.js';
import { slimGoogLeNet, slimVGG19 } from './networks.js';

// Node and a page run each task with the same code, and their results are compared.

/** Numbers that two platforms should agree on. */
export type Outcome = Readonly<Record<string, readonly number[]>>;

/** Probabilities of ten classes, and a layer in the middle. */
export async function classify(placement: Placement): Promise<Outcome> {
  await using network = await slimGoogLeNet(placement);
  const picture = waves({ width: 96, height: 80 });
  const found = await network.classify(picture, { top: 10 });
  const { 'inception_3b/output': features } = await network.features(picture, ['inception_3b/output']);
  return {
    probabilities: found.map(({ probability }) => probability),
    features: Array.from(features?.data ?? [], Number),
  };
}

/** A dream by the first modules of a GoogLeNet: 2 octaves of 5 steps. */
export async function dreamOn(placement: Placement, size: number): Promise<Outcome> {
  const network = await slimGoogLeNet(placement);
  const photograph = waves({ width: size, height: size }, 40);
  let picture: Image | undefined;
  const objective: number[] = [];
  const options = { layers: { 'inception_3a/output': 1 }, size, octaves: 2, steps: 5, seed: 3 };
  for await (const step of dream(network, photograph, { ...options, placement })) {
    objective.push(step.value);
    if (step.done === step.total) picture = step.image;
  }
  return { objective, picture: [...(picture?.data ?? [])] };
}

/** A style transfer by a VGG-19. */
export async function stylize(placement: Placement, iterations: number): Promise<Outcome> {
  const network = await slimVGG19(placement);
  const options = { size: 48, smallest: 32, iterations, contentLayers: { relu4_2: 1 } };
  let last: Image | undefined;
  const losses: number[] = [];
  const pictures = [waves({ width: 48, height: 40 }), speckles({ width: 50, height: 60 })] as const;
  for await (const step of style(network, pictures[0], [pictures[1]], { ...options, placement })) {
    losses.push(step.value);
    last = step.image;
  }
  return { losses, picture: [...(last?.data ?? [])] };
}

/** The result of milesial's U-Net, with PyTorch's random weights, for a picture of odd size. */
export async function segment(placement: Placement, weights: FileLocation): Promise<Outcome> {
  await using network = await UNet.load(weights, { placement });
  const { labels, probabilities } = await network.segment(waves({ width: 45, height: 37 }));
  return { labels: [...labels], probabilities: [...(probabilities?.data ?? [])] };
}

/** The detections of torchvision's Faster R-CNN with random weights. */
export async function detect(placement: Placement, weights: FileLocation): Promise<Outcome> {
  await using network = await FasterRCNN.load(weights, {
    minSize: 128,
    maxSize: 213,
    anchorSizes: [[16, 32, 64]],
    rpnScore: 0.05,
    preNmsTopN: 300,
    postNmsTopN: 100,
    score: 0.3,
    epsilon: 1e-5,
    placement,
  });
  return numbersOf(await network.detect(pattern([96, 128]), { score: 0.3 }));
}

/** The detections of the shipped detector of blood cells in a drawn smear. */
export async function detectCells(placement: Placement, model: FileLocation): Promise<Outcome> {
  await using network = await loadDetector(model, { placement });
  return numbersOf(await network.detect(bloodSmear({ width: 200, height: 200 }), { score: 0.3 }));
}

function numbersOf(found: readonly Detection[]): Outcome {
  return {
    boxes: found.flatMap(({ box }) => box),
    labels: found.map(({ labelId }) => labelId),
    scores: found.map(({ score }) => score),
  };
}
