import { OneirosError } from '../errors.js';
import { grad } from '../autodiff/grad.js';
import { planes, toTensor, type Image, type Planes } from '../image/image.js';
import { resize } from '../image/resize.js';
import type { Classifier } from '../models/classifier.js';
import { mostProbable } from '../models/classifier.js';
import type { RunSettings } from '../models/image-network.js';
import type { Model } from '../onnx/graph.js';
import { Builder, shapeOf } from '../onnx/ops.js';
import { encodeModel } from '../onnx/write.js';
import { number, resolveOptions, type Given } from '../options.js';
import { openSession, type Session } from '../runtime/session.js';
import { float32, type Float32Tensor, type Tensor } from '../tensor/tensor.js';
import { boxOfLargest } from './components.js';
import type { Detection, Detector } from './detection.js';

/** What is found by class activation, with the map that it was read off. */
export interface Localization extends Detection {
  /** How much each pixel of the picture speaks for the class, in [0, 1]. */
  readonly activation: Planes<1>;
}

export const localizeOptions = {
  threshold: number(0.2, 'what part of the largest activation belongs to the object', { min: 0, max: 1 }),
} as const;

export interface LocalizeOptions extends Given<typeof localizeOptions>, RunSettings {
  /** The number of the class to look for. @default the most probable */
  readonly labelId?: number | undefined;
}

export interface ActivationLocalizerOptions {
  /** The layer whose activations are looked at. @default the last one before the picture is pooled away */
  readonly layer?: string | undefined;
}

/**
 * Finds the one object of a picture by a classifier alone: Grad-CAM (Selvaraju et al. 2017) sums a layer's channels, each by
 * the mean gradient of the class's score; the box is that of the largest connected part above a threshold (Zhou et al. 2016).
 * It holds native memory until it is disposed (`await using`).
 */
export class ActivationLocalizer implements AsyncDisposable {
  readonly layer: string;
  readonly #derived: Derived;
  #session: Promise<Session> | null = null;

  /** @throws OneirosError `unsupported` for a network that does not classify, or has no layer of that kind */
  constructor(
    readonly network: Classifier,
    { layer }: ActivationLocalizerOptions = {},
  ) {
    this.layer = layer === undefined ? lastMap(network.model, network.name) : network.layer(layer);
    this.#derived = derive(network, this.layer);
  }

  /**
   * The box of the most probable class, or of another one.
   * @throws OneirosError `bad-argument` for a class that is not there; as `Session.run` does
   */
  async localize(picture: Image, options: LocalizeOptions = {}): Promise<Localization> {
    const { threshold } = resolveOptions(localizeOptions, options);
    const { classes, probabilities } = this.#derived;
    // The whole picture, so that an object at its edge is seen; a classifier's crop would leave it out.
    const seen = resize(picture, this.network.crop.crop);
    const first = await this.#run(seen, null, [probabilities], options);
    const { labelId = mostProbable(floats(first, probabilities).data, 1, [])[0]!.index } = options;
    if (!Number.isInteger(labelId) || labelId < 0 || labelId >= classes)
      throw new OneirosError(
        'bad-argument',
        `there is no class ${labelId}: ${this.network.name} knows ${classes}`,
      );
    const results = await this.#run(seen, labelId, [this.layer, `d_${this.layer}`], options);
    const small = activation(floats(results, this.layer), floats(results, `d_${this.layer}`));
    const map = resize(small, picture, { antialias: false });
    return {
      box: boxOfLargest(map, threshold),
      label: this.network.labels[labelId]?.name ?? `class ${labelId}`,
      labelId,
      score: floats(first, probabilities).data[labelId]!,
      activation: map,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#session)?.dispose();
  }

  async #run(
    picture: Image,
    labelId: number | null,
    fetches: readonly string[],
    { signal }: RunSettings,
  ): Promise<Readonly<Record<string, Tensor>>> {
    const { model, classes } = this.#derived;
    this.#session ??= openSession(encodeModel(model), { ...this.network.placement, transfer: true });
    const chosen = float32(new Float32Array(classes), [1, classes]);
    if (labelId !== null) chosen.data[labelId] = 1;
    const session = await this.#session;
    const feeds = { [this.network.image]: toTensor(picture), [chosenClass]: chosen };
    return session.run(feeds, { fetches, ...(signal !== undefined && { signal }) });
  }
}

const chosenClass = 'chosen_class';

interface Derived {
  readonly model: Model;
  readonly classes: number;
  /** The value that holds them. */
  readonly probabilities: string;
}

/** The network with the gradient of the chosen class's score, before the softmax, by a layer. */
function derive({ model, name }: Classifier, layer: string): Derived {
  const softmax = model.graph.nodes.findLast(({ op }) => op === 'Softmax');
  const b = Builder.from(model.graph);
  const scores = softmax && b.value(softmax.inputs[0]!);
  const classes = scores && shapeOf(scores)[1];
  if (softmax === undefined || scores === undefined || typeof classes !== 'number')
    throw new OneirosError('unsupported', `${name} has no probabilities of classes: it cannot localise`);
  const chosen = b.input(chosenClass, 'float32', [1, classes]);
  const score = b.sum(b.mul(scores, chosen), undefined, false);
  const probabilities = softmax.outputs[0]!;
  for (const output of [layer, probabilities]) b.output(b.value(output));
  const graph = { ...model, graph: b.graph(model.graph.name) };
  return {
    model: grad(graph, { loss: score.name, wrt: [layer], keepOutputs: [layer, probabilities] }),
    classes,
    probabilities,
  };
}

const pooling = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'AveragePool', 'MaxPool']);

function lastMap({ graph }: Model, name: string): string {
  const pool = graph.nodes.findLast(({ op }) => pooling.has(op));
  if (pool !== undefined) return pool.inputs[0]!;
  throw new OneirosError('unsupported', `${name} pools nothing: name the layer to look at`);
}

/** ReLU of the channels' sum, each weighted by its mean gradient; the largest value is 1. */
function activation({ data, dims }: Float32Tensor, gradient: Float32Tensor): Planes<1> {
  const [, channels = 0, height = 0, width = 0] = dims;
  const area = height * width;
  const map = planes(1, { width, height });
  for (let c = 0; c < channels; c++) {
    const weight =
      gradient.data.subarray(c * area, (c + 1) * area).reduce((sum, value) => sum + value, 0) / area;
    for (let i = 0; i < area; i++) map.data[i]! += weight * data[c * area + i]!;
  }
  const largest = map.data.reduce((most, value) => Math.max(most, value), 0);
  map.data.forEach((value, i) => (map.data[i] = largest > 0 ? Math.max(0, value) / largest : 0));
  return map;
}

function floats(results: Readonly<Record<string, Tensor>>, name: string): Float32Tensor {
  const tensor = results[name];
  if (tensor?.dtype === 'float32') return tensor;
  throw new OneirosError('runtime', `the network gave no numbers for ${name}`);
}

/**
 * The one object of a picture: by a detector the surest detection (`null` if there is none), by a classifier's activations
 * the box of what speaks for its class.
 */
export async function localize(
  network: Detector | ActivationLocalizer,
  picture: Image,
  options: LocalizeOptions = {},
): Promise<Detection | null> {
  if (network instanceof ActivationLocalizer) return network.localize(picture, options);
  const { labelId, signal } = options;
  const found = await network.detect(picture, { score: surest, signal });
  return found.find((detection) => labelId === undefined || detection.labelId === labelId) ?? null;
}

/** Below this nothing is an object: the least that Faster R-CNN says. */
const surest = 0.05;
