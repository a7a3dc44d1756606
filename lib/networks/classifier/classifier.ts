import { check, type OptionKinds } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { count, resolveOptions } from '../../base/options.js';
import { centerCrop } from '../../image/geometry/crop.js';
import { resize, scaledSize } from '../../image/geometry/resize.js';
import type { Image, Size } from '../../image/image.js';
import { batched, stack } from '../../models/input/batched.js';
import { checkProbabilities, type ClassHead, type Headless } from '../../models/input/class-head.js';
import type { Model } from '../../onnx/graph/graph.js';
import { floatsOf, type Results, unexpected } from '../../tensor/results.js';
import { ImageNetwork, type NetworkParts, type RunSettings, runSettingsKinds } from '../image-network.js';
import { type Classification, type ClassLabel, labelOf } from './labels.js';

/** The part of a picture that a classifier looks at, as in Caffe: the middle of the picture made smaller. */
export interface CropSettings {
  /** Of the shorter side, in pixels, before it is cropped. */
  readonly resize: number;
  /** The part in the middle that is kept. */
  readonly crop: Size;
}

export interface ClassifierParts extends NetworkParts {
  /** Where the graph has its classes; or why it has none. */
  readonly head: ClassHead | Headless;
  /** Names of all classes, or none. */
  readonly labels: readonly ClassLabel[];
  readonly crop: CropSettings;
  /** Whether the graph takes several pictures at once. */
  readonly batches: boolean;
}

export const classifyOptions = {
  top: count(5, 'how many classes to list, the most probable first', 1, [1, 10]),
};

/** What `classifyOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface ClassifyParameters {
  /**
   * How many classes to list, the most probable first. A whole number from 1 to 1000000.
   * @default 5
   */
  readonly top?: number | undefined;
}

export interface ClassifyOptions extends ClassifyParameters, RunSettings {}

export const classifyKinds: OptionKinds<ClassifyOptions> = { ...classifyOptions, ...runSettingsKinds };

/** A network that tells what a picture shows. */
export class Classifier extends ImageNetwork {
  readonly labels: readonly ClassLabel[];
  readonly crop: CropSettings;
  /** Whether several pictures are computed at once. */
  readonly batches: boolean;
  readonly #head: ClassHead | Headless;

  constructor(parts: ClassifierParts) {
    super(parts);
    this.labels = parts.labels;
    this.crop = parts.crop;
    this.batches = parts.batches;
    this.#head = parts.head;
    checkLabels(parts);
  }

  /** Whether it can: some networks have no classes, and only layers to look at. */
  get classifies(): boolean {
    return !('reason' in this.#head);
  }

  /**
   * Where the graph has its classes, and what makes probabilities of their scores.
   * @throws OneirosError `unsupported` for a network that does not classify
   */
  get head(): ClassHead {
    return this.requireHead();
  }

  /** @internal */
  requireHead(): ClassHead {
    if (!('reason' in this.#head)) return this.#head;
    throw new OneirosError('unsupported', `${this.name} cannot classify: ${this.#head.reason}`);
  }

  /**
   * The most probable classes of a picture of any size.
   * @throws OneirosError `unsupported` for a network that does not classify; `runtime` if it gives something else than
   *   probabilities; as `Session.run` does
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
    const { head, name } = this;
    const wanted = head.isAssumed ? [head.probabilities, head.scores] : [head.probabilities];
    const results = await this.run(wanted, stack(batch), signal);
    const rows = rowsOf(results, head.probabilities, batch.length);
    const scores = head.isAssumed ? rowsOf(results, head.scores, batch.length) : [];
    rows.forEach((row, i) => checkProbabilities(head, name, row, scores[i]));
    return rows;
  }

  protected override prepare(model: Model): Model {
    return this.batches ? batched(model, this.image) : model;
  }
}

/** @throws OneirosError `bad-argument` for names of more or fewer classes than there are */
function checkLabels({ name, labels, head }: ClassifierParts): void {
  if ('reason' in head || labels.length === 0 || labels.length === head.classes) return;
  throw new OneirosError(
    'bad-argument',
    `${name} has ${head.classes} ${head.classes === 1 ? 'class' : 'classes'}, but ${labels.length} names were given`,
  );
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

/** The rows of a result of so many: one for each picture. */
function rowsOf(results: Results, name: string, count: number): readonly Float32Array[] {
  const { data, dims } = floatsOf(results, name);
  if (dims[0] !== count) throw unexpected(results, name, `[${count}, classes]`);
  const classes = data.length / count;
  return Array.from({ length: count }, (_, i) => data.subarray(i * classes, (i + 1) * classes));
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
