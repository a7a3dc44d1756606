import { check, type OptionKinds } from '../arguments.js';
import { kind } from '../kinds.js';
import { own } from '../own.js';
import { OneirosError } from '../errors.js';
import { centerCrop } from '../image/crop.js';
import type { Image, Size } from '../image/image.js';
import { resize, scaledSize } from '../image/resize.js';
import { count, resolveOptions, type Given } from '../options.js';
import type { Model } from '../onnx/graph.js';
import type { Tensor } from '../tensor/tensor.js';
import { batched, stack } from './batched.js';
import { ImageNetwork, type NetworkParts, type RunSettings, runSettingsKinds } from './image-network.js';
import { labelOf, type Classification, type ClassLabel } from './labels.js';

/** The part of a picture that a classifier looks at, as in Caffe: the middle of the picture made smaller. */
export interface CropSettings {
  /** Of the shorter side, in pixels, before it is cropped. */
  readonly resize: number;
  /** The part in the middle that is kept. */
  readonly crop: Size;
}

export interface ClassifierParts extends NetworkParts {
  /** The value that holds one probability a class; `null` where the weights end before it. */
  readonly probabilities: string | null;
  readonly labels: readonly ClassLabel[];
  readonly crop: CropSettings;
  /** Whether the graph takes several pictures at once. */
  readonly batches: boolean;
}

export const classifyOptions = {
  top: count(5, 'how many classes to list, the most probable first', 1, [1, 10]),
};

export interface ClassifyOptions extends Given<typeof classifyOptions>, RunSettings {}

const classifyKinds: OptionKinds<ClassifyOptions> = { ...classifyOptions, ...runSettingsKinds };

/** A network that tells what a picture shows. */
export class Classifier extends ImageNetwork {
  readonly labels: readonly ClassLabel[];
  readonly crop: CropSettings;
  /** Whether several pictures are computed at once. */
  readonly batches: boolean;
  readonly #probabilities: string | null;

  constructor(parts: ClassifierParts) {
    super(parts);
    this.labels = parts.labels;
    this.crop = parts.crop;
    this.batches = parts.batches;
    this.#probabilities = parts.probabilities;
  }

  /**
   * The most probable classes of a picture of any size.
   * @throws OneirosError `unsupported` if the weights end before the classes; as `Session.run` does
   */
  async classify(image: Image, options: ClassifyOptions = {}): Promise<readonly Classification[]> {
    check('Classifier.classify', { image: [image, kind.image] }, options, classifyKinds);
    const { top } = resolveOptions(classifyOptions, options);
    const [probabilities] = await this.probabilities([image], { signal: options.signal });
    return mostProbable(probabilities!, top, this.labels);
  }

  /** The probability of every class for each of some pictures, which are computed at once if the network can. */
  async probabilities(images: readonly Image[], options: RunSettings = {}): Promise<readonly Float32Array[]> {
    check('Classifier.probabilities', { images: [images, kind.images] }, options, runSettingsKinds);
    const { signal } = options;
    const crops = images.map((image) => cropped(image, this.crop));
    const batches = this.batches ? [crops] : crops.map((crop) => [crop]);
    const rows: Float32Array[] = [];
    for (const batch of batches) rows.push(...(await this.#run(batch, signal)));
    return rows;
  }

  async #run(batch: readonly Image[], signal: AbortSignal | undefined): Promise<readonly Float32Array[]> {
    const name = this.#probabilities;
    if (name === null)
      throw new OneirosError(
        'unsupported',
        `${this.name} cannot classify: its weights end at ${this.cutAt ?? 'its last layer'}`,
      );
    const results = await this.run([name], stack(batch), signal);
    return rowsOf(own(results, name), batch.length);
  }

  protected override prepare(model: Model): Model {
    return this.batches ? batched(model, this.image) : model;
  }
}

/** More than this beside the middle of a panorama is never looked at, and need not be made smaller. */
const maxAspect = 4;

function cropped(image: Image, { resize: shorter, crop }: CropSettings): Image {
  const limit = maxAspect * Math.min(image.width, image.height);
  const middle =
    Math.max(image.width, image.height) <= limit
      ? image
      : centerCrop(image, { width: Math.min(image.width, limit), height: Math.min(image.height, limit) });
  const small = resize(middle, scaledSize(middle, shorter, 'shorter'));
  return centerCrop(small, crop);
}

function rowsOf(results: Tensor | undefined, count: number): readonly Float32Array[] {
  if (results?.dtype !== 'float32')
    throw new OneirosError('unsupported', `probabilities must be float32, not ${results?.dtype ?? 'absent'}`);
  const classes = results.data.length / count;
  return Array.from({ length: count }, (_, i) => results.data.subarray(i * classes, (i + 1) * classes));
}

/** The `top` classes by probability; of equal ones the first comes first. */
export function mostProbable(
  probabilities: Float32Array,
  top: number,
  labels: readonly ClassLabel[],
): readonly Classification[] {
  return Array.from(probabilities, (probability, index) => ({ index, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top)
    .map(({ index, probability }) => ({ index, ...labelOf(labels, index), probability }));
}
